"""Programs that only define in; a call of what they define, that runs, out."""

from __future__ import annotations

import pytest

from app.autograd import run
from app.protocol import Job

BASE = "import torch, torch.nn as nn\n"
NET = """class Net(nn.Module):
    def __init__(self, wide, out=2):
        super().__init__()
        self.conv = nn.Conv2d(1, wide, 5)
        self.fc = nn.Linear(wide * 24 * 24, out)
    def forward(self, x):
        return self.fc(self.conv(x).flatten(1)), None
"""
HEAD = """class Head(nn.Module):
    def __init__(self, head_size):
        super().__init__()
        self.key = nn.Linear(n_embd, head_size)
    def forward(self, x):
        B, T, C = x.shape
        return self.key(x)
"""


@pytest.mark.parametrize(
    ("source", "name", "call"),
    [
        (BASE + NET, "Net", "net = Net(wide=4)\nx = torch.randn(1, 1, 28, 28)\nloss = net(x)[0].sum()"),
        (BASE + NET + "n = Net(2)", "n", "x = torch.randn(1, 1, 28, 28)\nloss = n(x)[0].sum()"),
        (BASE + HEAD, "Head", "n_embd = 16\nnet = Head(head_size=8)\nx = torch.randn(1, 4, 16)"),
        (BASE + "e = nn.Embedding(9, 2)", "e", "x = torch.randint(0, 9, (1, 8))"),
        (BASE + "def f(q, k):\n    return q @ k.transpose(0, 1)", "f", "k = torch.randn(3, 3, requires_grad=True)"),
        (BASE + "def main():\n    torch.ones(1).sum()", "main", "\nmain()\n"),
    ],
)  # fmt: skip
def test_definition_is_called(source: str, name: str, call: str) -> None:
    problem = run(Job(source=source)).outcome.problem
    assert problem is not None and problem.code == "only_defined"
    assert f"defines {name} " in problem.message
    assert problem.repair is not None and call in problem.repair
    after = run(Job(source=problem.repair)).outcome
    assert after.problem is None and after.graph is not None and after.graph.nodes


@pytest.mark.parametrize("source", [BASE + "n = 3", BASE + "def f(x):\n    return 3", "print('a')"])
def test_nothing_is_called_where_no_tensor_comes_back(source: str) -> None:
    assert run(Job(source=source)).outcome.problem is None
