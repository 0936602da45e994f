# title: Detach cuts the road
# title[es]: Detach corta el camino
# why: Both factors have the same value, but only one of them lets the gradient through.
# why[es]: Los dos factores valen lo mismo, pero solo uno deja pasar el gradiente.
# group: surprise
# language: torch
import torch

x = torch.tensor(3.0, requires_grad=True)
h = x ** 2
frozen = h.detach()
loss = h * frozen
loss.backward()
