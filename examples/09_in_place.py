# title: Writing in place
# title[es]: Escribir en el sitio
# why: A slice is overwritten; the new version gets its own card and the gradient takes the new road.
# why[es]: Se sobrescribe un trozo; la versión nueva tiene su tarjeta y el gradiente toma el camino nuevo.
# group: surprise
# language: torch
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
y[0] = x[2] * 10
loss = y.sum()
loss.backward()
