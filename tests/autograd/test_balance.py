"""What is told of a gradient adds up to it, or the rest is told with its reason."""

import pytest
import torch

from app.autograd import run
from app.autograd.engine import keep
from app.autograd.sums import rest_of
from app.protocol import Job

LAYER = """import torch, torch.nn as nn
from torch.utils.checkpoint import checkpoint
l = nn.Linear(SIZE, SIZE)
x = torch.ones(3, SIZE, requires_grad=True)
def f(h): return torch.tanh(l(h))
def g(h): return checkpoint(f, l(h), use_reentrant=True) * 2
"""


def graph_of(source):
    outcome = run(Job(source=source)).outcome
    assert outcome.problem is None, outcome.problem
    return outcome.graph


def told(graph, name):
    """A tensor's output and the contributions of its edges."""
    node = next(n for n in graph.nodes if n.name == name)
    sent = [e.contribution for e in graph.edges if e.source.node == node.id and e.contribution]
    return node.outputs[0], sent


@pytest.mark.parametrize("size", [2, 20])
@pytest.mark.parametrize(
    "call", ["checkpoint(f, l(x), use_reentrant=True)", "checkpoint(g, l(x), use_reentrant=True)"]
)
def test_reentrant_checkpoint_says_what_is_missing(call, size):
    source = LAYER.replace("SIZE", str(size)) + f"{call}.sum().backward()\n"
    graph = graph_of(source)
    variables = {}
    torch.manual_seed(0)
    exec(source, variables)
    truth = variables["l"].bias.grad
    bias, sent = told(graph, "l.bias")
    assert bias.gradient.norm == pytest.approx(float(truth.norm()), rel=1e-5)
    assert bias.rest_because == "unrecorded"
    parts = [*sent, bias.rest]
    assert sum(v.mean for v in parts) == pytest.approx(float(truth.mean()), rel=1e-4)
    assert {"reentrant", "incomplete_sum"} <= {d.code for d in graph.diagnostics}
    assert [p.kind for p in graph.passes].count("backward") == 1


def test_leaf_seen_only_by_a_checkpoint_is_shown():
    graph = graph_of(
        LAYER.replace("SIZE", "2") + "checkpoint(f, x, use_reentrant=True).sum().backward()\n"
    )
    weight, sent = told(graph, "l.weight")
    assert not sent and weight.rest.data == weight.gradient.data
    hints = [d.hint for d in graph.diagnostics if d.code == "reentrant"]
    assert "use_reentrant=False" in hints[0]


def test_plain_checkpoint_is_whole():
    source = LAYER.replace("SIZE", "2").replace("True) * 2", "False) * 2")
    graph = graph_of(source + "checkpoint(g, l(x), use_reentrant=False).sum().backward()\n")
    bias, sent = told(graph, "l.bias")
    assert len(sent) == 3 and bias.rest is None and not graph.diagnostics


@pytest.mark.parametrize(
    ("source", "name", "because", "rest"),
    [
        ("x.register_hook(lambda g: g * 2)\n(x * 3).backward()", "x", "hook", 3.0),
        ("y = x * 3\ny.grad_fn.register_prehook(lambda g: (g[0] * 7,))\n(y * 2).backward()", "y", "hook", 12.0),
        ("y = x * 3\nz = y * 2\ntorch.autograd.backward([y, z])", "y", "seed", 1.0),
    ],
)  # fmt: skip
def test_rest_has_its_reason(source, name, because, rest):
    graph = graph_of(f"import torch\nx = torch.tensor(1.0, requires_grad=True)\n{source}\n")
    tensor, _ = told(graph, name)
    assert tensor.rest_because == because
    assert (tensor.rest.data if tensor.rest else None) == rest


def test_two_values_of_one_leaf_share_its_gradient():
    graph = graph_of(
        "import torch\nx = torch.tensor(1.0, requires_grad=True)\ny = x * 3\n"
        "with torch.no_grad(): x += 1\n(y + x * 2).backward()\n"
    )
    later = next(n for n in graph.nodes if n.op == "add_").outputs[0]
    assert told(graph, "x")[0].gradient.data == 3.0
    assert (later.gradient.data, later.rest.data, later.rest_because) == (5.0, 3.0, "versions")


def test_function_that_answers_none_is_no_contribution():
    graph = graph_of(
        "import torch\nclass F(torch.autograd.Function):\n    @staticmethod\n"
        "    def forward(ctx, x, y): return x * y\n    @staticmethod\n"
        "    def backward(ctx, g): return g, None\n"
        "x = torch.ones(100, requires_grad=True)\ny = torch.ones(100, requires_grad=True)\n"
        "F.apply(x, y).sum().backward()\n"
    )
    assert told(graph, "y")[1] == []
    assert told(graph, "x")[0].rest is None


@pytest.mark.parametrize("numel", [8, 1000])
def test_rest_is_found_wherever_it_is(numel):
    a, b = torch.randn(numel), torch.randn(numel)
    whole = a + b
    assert rest_of(keep(whole), [keep(a), keep(b)]) is None
    whole[numel // 3] += 50.0
    assert rest_of(keep(whole), [keep(a), keep(b)]) is not None


def test_half_of_a_coarse_number_is_missed():
    part = torch.ones(8, dtype=torch.bfloat16)
    assert rest_of(keep(part * 2), [keep(part)]).content == [1.0] * 8


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x = torch.ones(3)\ny = x * 2\nx.numpy()[0] = 7\nz = x + y", "numpy"),
        ("y = torch.func.grad(lambda x: (x * x).sum())(torch.ones(3))", "transformed"),
        ("x = torch.ones(3)\ny = x * 2\nprint(x.numpy())\nx.add_(1)", None),
    ],
)
def test_what_is_not_recorded_is_said(source, code):
    found = {d.code for d in graph_of("import torch\n" + source).diagnostics}
    assert found & {"numpy", "transformed", "hidden"} == ({code} if code else set())


def test_distributions_are_recorded_from_their_constructor_on():
    graph = graph_of(
        "import torch\nw = torch.zeros(3, requires_grad=True)\n"
        "d = torch.distributions.Categorical(logits=w)\n(-d.log_prob(torch.tensor(1))).backward()\n"
    )
    assert "logsumexp" in [n.op for n in graph.nodes]
    assert not {"hidden", "incomplete_sum"} & {d.code for d in graph.diagnostics}
