# title: Choices and limits
# title[es]: Elecciones y límites
# why: where and clamp let the gradient through only where their element was chosen.
# why[es]: where y clamp dejan pasar el gradiente solo donde se eligió su elemento.
# group: surprise
# language: torch
import torch

x = torch.tensor([-2.0, -0.5, 0.5, 3.0], requires_grad=True)
limited = x.clamp(-1, 1)
chosen = torch.where(x > 0, limited * 10, x)
loss = chosen.sum()
loss.backward()
