# title: Fan-out adds up
# title[es]: Las ramas se suman
# why: x is used three times, so three contributions meet at x and are added.
# why[es]: x se usa tres veces: tres contribuciones llegan a x y se suman.
# group: first
# language: torch
import torch

x = torch.tensor(3.0, requires_grad=True)
square = x * x
double = 2 * x
y = square + double
y.backward()
