# title: The gradient of a gradient
# title[es]: El gradiente de un gradiente
# why: create_graph keeps the backward pass differentiable: the second derivative grows out of the first.
# why[es]: create_graph mantiene derivable el paso atrás: la segunda derivada nace de la primera.
# group: surprise
# language: torch
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x ** 3
(slope,) = torch.autograd.grad(y, x, create_graph=True)
slope.backward()
print("y' =", slope.item(), " y'' =", x.grad.item())
