# title: Attention, by hand
# title[es]: Atención, a mano
# why: Queries meet keys, softmax chooses, values are mixed: six ops behind every transformer.
# why[es]: Las consultas se cruzan con las claves, softmax elige, los valores se mezclan: seis operaciones tras cada transformer.
# group: network
# language: torch
import torch

torch.manual_seed(1)
tokens, size = 3, 4
x = torch.randn(tokens, size)
Wq = torch.randn(size, size, requires_grad=True)
Wk = torch.randn(size, size, requires_grad=True)
Wv = torch.randn(size, size, requires_grad=True)

q = x @ Wq
k = x @ Wk
v = x @ Wv
scores = q @ k.T / size ** 0.5
weights = torch.softmax(scores, dim=-1)
out = weights @ v
loss = out.pow(2).mean()
loss.backward()
