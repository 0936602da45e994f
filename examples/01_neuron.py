# title: A neuron and its loss
# title[es]: Una neurona y su pérdida
# why: The smallest complete training signal: one weight, one bias, and the two gradients that would correct them.
# why[es]: La señal de entrenamiento completa más pequeña: un peso, un sesgo y los dos gradientes que los corregirían.
# group: first
# language: torch
import torch
import torch.nn.functional as F

x = torch.tensor([1.1])
y = torch.tensor([1.0])
w = torch.tensor([2.2], requires_grad=True)
b = torch.tensor([0.0], requires_grad=True)

z = x * w + b
a = torch.sigmoid(z)
loss = F.binary_cross_entropy(a, y)

loss.backward()
print("dL/dw", w.grad)
print("dL/db", b.grad)
