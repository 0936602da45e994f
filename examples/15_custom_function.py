# title: A Function of your own
# title[es]: Una Function propia
# why: The forward rounds, the backward pretends it did not: a straight-through estimator.
# why[es]: La ida redondea y la vuelta finge que no: un estimador straight-through.
# group: surprise
# language: torch
import torch


class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, upstream):
        return upstream


x = torch.tensor([0.4, 1.7], requires_grad=True)
steps = Round.apply(x)
loss = (steps * torch.tensor([3.0, 5.0])).sum()
loss.backward()
