"""Reasons: each kind of trouble named, with its path and its remedy; none where nothing is wrong."""

import pytest

from app.explanations import Why
from app.words import catalogue
from tests.explain.test_card import NEURON

LEAF = "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\nw = torch.tensor([1., 1.], requires_grad=True)\n"
CASES = {
    "detached": LEAF + "h = (x * 2).detach()\n(h * w).sum().backward()",
    "no_grad": LEAF + "with torch.no_grad():\n    h = x * 2\n(h * w).sum().backward()",
    "integer": LEAF + "i = x.argmax()\n(i * w).sum().backward()",
    "unused": LEAF + "w.sum().backward()",
    "not_in_root": LEAF + "h = x * 2\nw.sum().backward()",
    "dead_relu": LEAF + "torch.relu(-x * w).sum().backward()",
    "saturated": LEAF + "torch.sigmoid(x * 50 * w).sum().backward()",
    "masked": LEAF + "(x * w).clamp(5, 6).sum().backward()",
    "zero_factor": LEAF + "z = torch.zeros(2)\n(x * z * w).sum().backward()",
    "sends_zero": LEAF + "(x * w * 0).sum().backward()",
    "flat": LEAF + "torch.round(x * w).sum().backward()",
    "nan_forward": LEAF + "torch.log(x - 5).sum().backward()",
    "nan_backward": LEAF + "torch.sqrt(x * 0 * w).sum().backward()",
    "piled_up": LEAF + "(x * w).sum().backward()\n(x * w).sum().backward()",
    "vanishing": LEAF
    + "h = x\nfor _ in range(12):\n    h = torch.sigmoid(h)\n(h * w).sum().backward()",
    "exploding": LEAF + "h = x\nfor _ in range(12):\n    h = h * 5\n(h * w).sum().backward()",
}


def reasons(run):
    return {reason.code: reason for reason in run.ask(Why()).reasons}


@pytest.mark.parametrize("code", CASES)
def test_trouble_is_named(asked, code):
    run = asked(CASES[code])
    found = reasons(run)
    assert code in found
    assert found[code].message and found[code].hint and found[code].nodes
    known = {n.id for n in run.graph.nodes}
    assert set(found[code].nodes) <= known


@pytest.mark.parametrize("code", ["detached", "no_grad", "integer"])
def test_lost_gradient_shows_the_path(asked, code):
    run = asked(CASES[code])
    reason = reasons(run)[code]
    assert reason.nodes[0] == run.id("x") and len(reason.edges) == len(reason.nodes) - 1
    assert reason.span is not None and str(reason.span.line) in reason.message


def test_healthy_program_has_no_reasons(asked):
    assert reasons(asked(NEURON)) == {}


def test_dead_units_are_counted(asked):
    run = asked(
        "import torch\nx = torch.randn(5, 3).abs()\nw = torch.tensor([[1., -1.], [1., -1.], [1., -1.]], requires_grad=True)\ntorch.relu(x @ w).sum().backward()"
    )
    assert "1 of 2 units" in reasons(run)["dead_relu"].message


def test_zeroed_gradients_are_not_piled_up(asked):
    run = asked(
        "import torch\nw = torch.tensor([1., 2.], requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\nfor _ in range(3):\n    opt.zero_grad()\n    ((w - 3)**2).sum().backward()\n    opt.step()"
    )
    assert "piled_up" not in reasons(run)


def test_profile_follows_the_modules(asked):
    run = asked(
        "import torch, torch.nn as nn\nnet = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))\nnet(torch.randn(2, 3)).sum().backward()"
    )
    profile = run.ask(Why()).profile
    assert len(profile) >= 3 and all(point.gradient is not None for point in profile)


def test_reasons_come_in_spanish(asked):
    run = asked(CASES["detached"], lang="es")
    assert "desconecta" in reasons(run)["detached"].message


def test_every_reason_has_a_remedy():
    words = [k for k in catalogue() if k.startswith("why.") and k.count(".") == 1]
    missing = [k for k in words if f"{k}.hint" not in catalogue() and not k.startswith("why.nan")]
    assert missing == []


def test_zero_state_of_a_recurrence_is_only_a_note(asked):
    run = asked(
        "import torch\nW = torch.randn(2, 2, requires_grad=True)\nx = torch.randn(3, 2)\n"
        "h = torch.zeros(2)\nfor t in range(3):\n    h = torch.tanh(W @ h + x[t])\nh.sum().backward()"
    )
    found = reasons(run)
    assert set(found) == {"zero_factor"} and found["zero_factor"].severity == "note"
    assert found["zero_factor"].message.startswith("matmul multiplies by h")


def test_empty_tensor_is_no_reason(asked):
    run = asked(
        "import torch\nx = torch.randn(3, requires_grad=True)\ne = x[x > 100]\n"
        "L = e.sum() + x.sum()\nL.backward()"
    )
    assert reasons(run) == {}
