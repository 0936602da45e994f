"""The check: green for true gradients, red for wrong ones by name, and no wolf at kinks."""

import pytest

from app.explanations import CheckGradients, Curve, PathsBetween, Remember
from tests.explain.test_card import NEURON

WRONG = """import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x ** 2
x = torch.tensor(1.5, requires_grad=True)
h = torch.sin(x)
y = Cube.apply(h)
L = y * 2
L.backward()
"""
TRANSFORMER = """import torch, torch.nn as nn
torch.manual_seed(0)
net = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
loss = net(torch.randn(2, 3, 8)).pow(2).mean()
loss.backward()
"""


def verdicts(run):
    return {check.node: check for check in run.ask(CheckGradients()).leaves}


def test_true_gradients_agree(asked):
    run = asked(NEURON)
    found = verdicts(run)
    assert {found[run.id(name)].verdict for name in "wb"} == {"agrees"}
    assert found[run.id("w")].relative < 1e-5 and found[run.id("w")].step > 0


def test_wrong_backward_is_named(asked):
    run = asked(WRONG)
    check = verdicts(run)[run.id("x")]
    assert check.verdict == "disagrees"
    assert check.culprit == run.op("Cube").id


def test_float64_is_tighter(asked):
    run = asked(NEURON.replace("[1.1]", "[1.1]"), dtype="float64")
    assert verdicts(run)[run.id("w")].relative < 1e-8


@pytest.mark.parametrize(
    "code",
    ["torch.relu(x)", "x.abs()", "torch.maximum(x, -x)", "x.sign() * x", "torch.sqrt(x.abs())"],
)
def test_kink_is_not_called_wrong(asked, code):
    run = asked(
        f"import torch\nx = torch.tensor([0., 1.], requires_grad=True)\n({code}).sum().backward()"
    )
    check = verdicts(run)[run.id("x")]
    assert check.verdict == "kink" and check.kinks == [[0]]


def test_dropout_is_drawn_again(asked):
    run = asked(TRANSFORMER)
    found = verdicts(run).values()
    assert len(found) == 12 and {check.verdict for check in found} == {"agrees"}
    assert any(check.directions for check in found)


def test_detached_parts_stay_constant(asked):
    run = asked(
        "import torch\nx = torch.tensor(2., requires_grad=True)\n(x * x.detach()).backward()"
    )
    assert verdicts(run)[run.id("x")].verdict == "agrees"


def test_loop_of_steps_checks_the_last_pass(asked):
    run = asked(
        "import torch\nw = torch.tensor([1., 2.], requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\nfor _ in range(3):\n    opt.zero_grad()\n    loss = ((w - 3)**4).sum()\n    loss.backward()\n    opt.step()"
    )
    (check,) = verdicts(run).values()
    assert check.verdict == "agrees"


def test_random_slopes_are_drawn_again(asked):
    run = asked(
        "import torch\nimport torch.nn.functional as F\nx = torch.randn(5, requires_grad=True)\nF.rrelu(x, training=True).sum().backward()"
    )
    check = verdicts(run)[run.id("x")]
    assert check.verdict == "agrees"


def test_run_without_backward_is_refused(asked):
    run = asked("import torch\nx = torch.ones(2)\ny = x + 1")
    assert run.refused(CheckGradients()) == "no_backward_pass"


def test_checking_leaves_the_run_as_it_was(asked):
    run = asked(TRANSFORMER)
    before = run.explained.replay.value((run.explained.replay.passes[0].draft.root, 0)).clone()
    run.ask(CheckGradients())
    assert run.explained.replay.value((run.explained.replay.passes[0].draft.root, 0)).equal(before)


PENALTY = """import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
x = torch.randn(5, 3, requires_grad=True)
(g,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
penalty = ((g.norm(dim=1) - 1) ** 2).mean()
penalty.backward()
"""


def test_gradient_of_a_gradient_is_checked(asked):
    found = asked(PENALTY).ask(CheckGradients()).leaves
    assert len(found) == 4 and {check.verdict for check in found} == {"agrees"}
    assert max(check.relative for check in found) < 1e-5


def test_no_memory_is_said_in_words(asked, monkeypatch):
    def full(*_):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    run = asked("import torch\nx = torch.ones(3, requires_grad=True)\n(x * x).sum().backward()")
    monkeypatch.setattr("app.explain.check.Checker.compared", full)
    check = verdicts(run)[run.id("x")]
    assert check.verdict == "unchecked" and "MiB" in check.note
    monkeypatch.setattr("app.explain.memory.Keeper.memory", full)
    assert run.refused(Remember()) == "question_memory"


@pytest.mark.parametrize(
    "source",
    [
        "z = torch.tensor([1 + 0j, 3 + 0j], requires_grad=True)\nloss = (z * z).abs().sum()",
        "from torch.utils.checkpoint import checkpoint\nz = torch.ones(2, requires_grad=True)\n"
        "x = torch.ones(2, requires_grad=True)\n"
        "loss = (checkpoint(lambda a: a * z, x, use_reentrant=True) * z).sum()",
    ],
)
def test_leaf_that_cannot_be_checked_is_not_said_to_agree(asked, source):
    one = asked(f"import torch\n{source}\nloss.backward()")
    check = next(c for c in one.ask(CheckGradients()).leaves if c.node == one.id("z"))
    assert check.verdict == "unchecked" and check.note


def test_complex_numbers_have_no_curvature_here(asked):
    one = asked(
        "import torch\nz = torch.tensor([1 + 0j], requires_grad=True)\n"
        "loss = (z * z).abs().sum()\nloss.backward()"
    )
    for question in (Curve(leaf=one.id("z")), PathsBetween(leaf=one.id("z"))):
        assert one.refused(question) == "complex_leaf"


@pytest.mark.parametrize("rows", [5, 40])
def test_padding_row_is_left_out_and_said(asked, rows):
    run = asked(
        f"import torch\nE = torch.randn({rows}, 3, requires_grad=True)\ni = torch.tensor([0, 1, 1])\n"
        "L = torch.nn.functional.embedding(i, E, padding_idx=0).pow(2).sum()\nL.backward()"
    )
    found = verdicts(run)[run.id("E")]
    assert found.verdict == "agrees" and "padding_idx" in found.note


def test_coarse_type_on_the_way_is_allowed_for(asked):
    run = asked(
        "import torch\nx = torch.randn(2, 3, requires_grad=True)\nh = x.bfloat16()\n"
        "L = (h @ h.T).float().tanh().sum()\nL.backward()"
    )
    assert verdicts(run)[run.id("x")].verdict == "agrees"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("y = x @ x.T\ny.register_hook(lambda g: g * 10)\nL = (y * y).sum()", "hook"),
        ("w, V = torch.linalg.eigh(x)\nL = (x * x).sum() + w.prod() + V.abs().sum()", "symmetric"),
    ],
)
def test_gradient_meant_to_differ_is_no_alarm(asked, body, word):
    run = asked(
        "import torch\nx = torch.tensor([[2., .3], [.3, 1.]], requires_grad=True)\n"
        f"{body}\nL.backward()"
    )
    found = verdicts(run)[run.id("x")]
    assert found.verdict == "unchecked" and word in found.note


def test_square_is_not_blamed_for_another_op(asked):
    run = asked(WRONG.replace("y = Cube.apply(h)", "y = Cube.apply(h * h)\ny = y * y"))
    found = verdicts(run)[run.id("x")]
    assert found.verdict == "disagrees" and found.culprit == run.op("Cube").id
