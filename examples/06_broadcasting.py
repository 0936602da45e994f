# title: Broadcasting
# title[es]: Broadcasting
# why: One bias is added to every row, so its gradient is the sum over the rows.
# why[es]: Un sesgo se suma a cada fila, así que su gradiente es la suma sobre las filas.
# group: first
# language: torch
import torch

rows = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
bias = torch.tensor([10.0, 20.0], requires_grad=True)

shifted = rows + bias
loss = (shifted ** 2).mean()
loss.backward()
