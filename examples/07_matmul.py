# title: Matrix product
# title[es]: Producto de matrices
# why: The gradient of A @ B needs the other factor, transposed; both are shown as grids.
# why[es]: El gradiente de A @ B necesita el otro factor, traspuesto; ambos se ven como tablas.
# group: first
# language: torch
import torch

A = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
B = torch.tensor([[1.0, -1.0], [0.5, 2.0], [-2.0, 1.0]], requires_grad=True)

C = A @ B
loss = C.sum()
loss.backward()
