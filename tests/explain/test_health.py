"""How a network is doing: units, costs and parameters against torch's own counts."""

import math

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from app.explain.health import dead_units, entropy
from app.explanations import Examine

NET = """
import torch
import torch.nn as nn
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 32)
        self.fc2 = nn.Linear(32, 4)
        self.unused = nn.Linear(3, 3)
        with torch.no_grad():
            self.fc1.bias[:8] = -100.0
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))
net = Net()
x = torch.randn(16, 10)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss = net(x).pow(2).mean()
loss.backward()
opt.step()
"""


@pytest.fixture(scope="module")
def health():
    from tests.explain.conftest import Asked

    return Asked(NET).ask(Examine())


def test_dead_units_are_counted(health):
    dead = next(one for one in health.units if one.kind == "dead")
    scope = {}
    exec(NET, scope)
    h = torch.relu(scope["net"].fc1(scope["x"]))
    assert dead.count == 32
    assert dead.share >= 8 / 32
    assert (h[:, :8] == 0).all()


def test_channels_are_the_units_of_images():
    y = torch.rand(2, 5, 3, 3) + 0.1
    y[:, 1] = 0
    assert dead_units(y).tolist() == [False, True, False, False, False]


def test_flops_are_those_torch_counts(health):
    net = torch.nn.Sequential(torch.nn.Linear(10, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
    with FlopCounterMode(display=False) as counter:
        net(torch.randn(16, 10))
    assert health.flops == counter.get_total_flops()


def test_update_ratio_is_what_the_optimizer_moved(health):
    weight = next(p for p in health.parameters if p.name == "net.fc1.weight")
    scope = {}
    exec(NET.replace("opt.step()", "before = net.fc1.weight.detach().clone(); opt.step()"), scope)
    moved = scope["net"].fc1.weight - scope["before"]
    assert weight.is_update
    assert weight.ratio == pytest.approx(
        float(moved.detach().norm() / scope["before"].norm()), rel=1e-5
    )


def test_parameter_without_gradient_is_listed(health):
    without = {p.name for p in health.parameters if p.gradient is None}
    assert without == {"net.unused.weight", "net.unused.bias"}


def test_scopes_sum_what_is_in_them(health):
    net = next(s for s in health.scopes if s.parent is None)
    assert net.parameters == 10 * 32 + 32 + 32 * 4 + 4 + 3 * 3 + 3
    assert net.flops == health.flops
    below = [s for s in health.scopes if s.parent == net.scope]
    assert sum(s.flops for s in below) == net.flops


def test_entropy_is_relative_to_what_may_be_seen():
    causal = torch.tril(torch.ones(4, 4))
    share, rows = entropy(causal / causal.sum(-1, keepdim=True))
    assert share == pytest.approx(1.0) and rows == 3
    share, rows = entropy(torch.eye(4) * 0.97 + 0.01)
    assert 0 < share < 0.2 and rows == 4


def test_fused_attention_weights_are_found(asked):
    source = (
        "import torch, torch.nn.functional as F\ntorch.manual_seed(0)\n"
        "q = torch.randn(1, 2, 5, 4, requires_grad=True)\nk = torch.randn(1, 2, 5, 4)\n"
        "y = F.scaled_dot_product_attention(q, k, k)\nloss = y.sum()\nloss.backward()\n"
    )
    one = next(u for u in asked(source).ask(Examine()).units if u.kind == "entropy")
    scope = {}
    exec(source, scope)
    weights = torch.softmax(scope["q"] @ scope["k"].transpose(-1, -2) / 2, -1)
    weights = weights.detach()
    wanted = (-(weights * weights.log()).sum(-1) / math.log(5)).mean()
    assert one.share == pytest.approx(float(wanted), rel=1e-4)
