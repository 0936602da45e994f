# title: Gradients accumulate
# title[es]: Los gradientes se acumulan
# why: Two backward passes without zero_grad in between: .grad holds the sum of both.
# why[es]: Dos pasos atrás sin zero_grad en medio: .grad guarda la suma de ambos.
# group: surprise
# language: torch
import torch

w = torch.tensor(2.0, requires_grad=True)

first = w * 3
first.backward()
second = w ** 2
second.backward()
print(w.grad)
