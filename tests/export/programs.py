"""What tests of texts share: scenes of programs run for real, one of them hostile."""

from functools import cache

from app.autograd import run
from app.export import How, scene_of
from app.protocol import Job

NEURON = "x = 1.1\ny = 1.0\nw = 2.2\nb = 0\nz = w x + b\na = sigmoid(z)\nL = BCE(a, y)\n"
HOSTILE = r"""
import torch
class A(torch.autograd.Function):
    @staticmethod
    def forward(c, x): return x * 1
    @staticmethod
    def backward(c, g): return g
A.__name__ = r'"];x -> \N{|}<b>&#60;\input{/etc/passwd}$%^^M`*_' + "\n---\nend\\write18{ls}中 𝐱 −σ"
σ_1 = A.apply(torch.ones(1, requires_grad=True))
y = (σ_1 * 2).sum()
"""
LOOP = "import torch\nx = torch.tensor(0.3, requires_grad=True)\nfor year in range(3):\n    x = x * (1 - x)\nx.backward()\n"


@cache
def outcome(source):
    """Each source is run once."""
    return run(Job(source=source)).outcome


def scene(source, **how):
    """The scene of a program, with what the person chose."""
    return scene_of(outcome(source).graph, outcome(source).autograd, How(**how))
