# title: A dead ReLU unit
# title[es]: Una unidad ReLU muerta
# why: The second unit is below zero, so nothing flows back to its weight: the gradient is exactly 0.
# why[es]: La segunda unidad está bajo cero y nada vuelve a su peso: el gradiente es exactamente 0.
# group: surprise
# language: torch
import torch

x = torch.tensor([1.0, 2.0])
W = torch.tensor([[0.5, 0.25], [-1.0, -0.5]], requires_grad=True)

h = torch.relu(W @ x)
loss = (h.sum() - 3) ** 2
loss.backward()
