# title: A loop, unrolled
# title[es]: Un bucle, desenrollado
# why: Autograd sees what ran, not what was written: every iteration is its own piece of graph.
# why[es]: Autograd ve lo que se ejecutó, no lo escrito: cada iteración es su propio trozo de grafo.
# group: first
# language: torch
import torch

r = torch.tensor(3.2, requires_grad=True)
x = torch.tensor(0.3, requires_grad=True)

for year in range(3):
    x = r * x * (1 - x)

x.backward()
