"""create_graph: the backward pass's own ops, named and connected; shapes changed in place."""

from app.autograd import run
from app.protocol import Job, Options

NEWTON = """import torch
x = torch.tensor(2.0, requires_grad=True)
for i in range(3):
    f = x**3 - 2
    (g,) = torch.autograd.grad(f, x, create_graph=True)
    (h,) = torch.autograd.grad(g, x)
    x = (x - g / h).detach().requires_grad_()
"""
PENALTY = """import torch
from torch import nn
net = nn.Linear(3, 4)
x = torch.randn(5, 3, requires_grad=True)
(g,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
penalty = ((g.norm(dim=1) - 1) ** 2).mean()
penalty.backward()
"""


def graph_of(source):
    outcome = run(Job(source=source, options=Options())).outcome
    assert outcome.problem is None, outcome.problem
    return outcome.graph


def test_every_answer_of_grad_is_named():
    graph = graph_of(NEWTON)
    answers = [node for node in graph.nodes if node.name == "g"]
    assert [node.op for node in answers] == ["mul"] * 3
    assert answers[0].outputs[0].value.data == 12.0


def test_grown_ops_live_in_a_scope_of_their_own():
    graph = graph_of(NEWTON)
    grown = {scope.id for scope in graph.scopes if scope.type == "backward"}
    assert len(grown) == 3
    assert [n.op for n in graph.nodes if n.scope in grown][:4] == ["ones_like", "pow", "mul", "mul"]


def test_what_an_op_kept_inside_is_one_more_output_of_it():
    graph = graph_of(PENALTY)
    linear = next(node for node in graph.nodes if node.op == "linear")
    assert [tensor.shape for tensor in linear.outputs] == [[5, 4], [3, 4]]  # the result; Wᵀ
    transposed = next(node for node in graph.nodes if node.op == "t")
    (edge,) = [e for e in graph.edges if e.target.node == transposed.id]
    assert (edge.source.node, edge.source.output) == (linear.id, 1)


def test_plain_backward_grows_nothing():
    graph = graph_of(
        "import torch\nx = torch.ones(2, requires_grad=True)\n(x * x).sum().backward()"
    )
    assert [node.op for node in graph.nodes] == ["ones", "mul", "sum"]


def test_a_shape_changed_in_place_does_not_change_the_past():
    graph = graph_of(
        "import torch\nx = torch.ones(100, requires_grad=True)\ny = x * 2\ny.unsqueeze_(0)\n"
        "z = (y * y).sum()\nz.backward()"
    )
    assert [node.outputs[0].shape for node in graph.nodes][:3] == [[100], [100], [1, 100]]


def test_each_output_is_told_with_its_own_shape():
    graph = graph_of(
        "import torch\nx = torch.ones(2, 3, requires_grad=True)\na, b = x.sum(), x.mean(1)\n"
        "v, i = x.max(1)\n(v.sum() + a).backward()"
    )
    assert all(step.text for p in graph.passes for step in p.steps)
