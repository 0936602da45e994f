"""Programs in, the shape of their graph out."""

import ast

import pytest

from app.autograd import run
from app.autograd.lent import lent_to
from app.graph import decode, encode
from app.protocol import Job, Options


def graph_of(source, **options):
    outcome = run(Job(source="import torch\n" + source, options=Options(**options))).outcome
    assert outcome.problem is None, outcome.problem
    return outcome.graph


def named(graph, name):
    return [node for node in graph.nodes if node.name == name][-1]


def op(graph, name):
    return [node for node in graph.nodes if node.op == name][-1]


def number(tensor):
    return tensor.gradient.data


def test_square_is_two_edges():
    graph = graph_of("x = torch.tensor(3., requires_grad=True)\ny = x * x")
    assert len(graph.edges) == 2
    assert [edge.contribution.data for edge in graph.edges] == [3.0, 3.0]
    assert number(named(graph, "x").outputs[0]) == 6.0


def test_neuron_has_the_textbook_gradients():
    graph = graph_of(
        "import torch.nn.functional as F\nx, y = torch.tensor([1.1]), torch.tensor([1.0])\n"
        "w = torch.tensor([2.2], requires_grad=True)\nb = torch.tensor([0.0], requires_grad=True)\n"
        "z = x * w + b\na = torch.sigmoid(z)\nloss = F.binary_cross_entropy(a, y)\nloss.backward()"
    )
    assert number(named(graph, "w").outputs[0])[0] == pytest.approx(-0.0898, abs=5e-5)
    assert number(named(graph, "b").outputs[0])[0] == pytest.approx(-0.0817, abs=5e-5)
    assert graph.root == named(graph, "loss").id


def test_write_through_a_view_reaches_the_base():
    graph = graph_of(
        "x = torch.ones(2, 2, requires_grad=True)\nv = x * 2\nw = v[0:1]\nw.mul_(3)\n"
        "loss = v.sum()\nloss.backward()"
    )
    write = op(graph, "mul_")
    into_sum = next(e for e in graph.edges if e.target.node == named(graph, "loss").id)
    assert into_sum.source.node == write.id
    assert write.outputs[into_sum.source.output].value.data == [[6.0, 6.0], [2.0, 2.0]]
    assert named(graph, "v").outputs[0].value.data == [[2.0, 2.0], [2.0, 2.0]]
    assert number(named(graph, "x").outputs[0]) == [[6.0, 6.0], [2.0, 2.0]]


def test_big_overwritten_tensor_keeps_its_old_value():
    graph = graph_of("x = torch.ones(100)\nx.mul_(5)\ny = x + 1")
    first = graph.nodes[0]
    assert (first.outputs[0].value.max, op(graph, "mul_").outputs[0].value.max) == (1.0, 5.0)


def test_optimizer_step_makes_new_versions():
    graph = graph_of(
        "w = torch.nn.Parameter(torch.tensor([1.0]))\no = torch.optim.SGD([w], lr=0.5)\n"
        "(w * w).sum().backward()\no.step()\nz = w * 1"
    )
    step = op(graph, "SGD.step")
    assert step.outputs[0].value.data == [0.0]
    assert named(graph, "z").id in [e.target.node for e in graph.edges if e.source.node == step.id]
    assert [p.kind for p in graph.passes] == ["forward", "backward", "update", "forward"]


def test_repeated_backward_accumulates():
    graph = graph_of(
        "w = torch.tensor(2., requires_grad=True)\ny = w * w\ny.backward(retain_graph=True)\ny.backward()"
    )
    assert number(named(graph, "w").outputs[0]) == 8.0
    assert sum(e.contribution.data for e in graph.edges) == 8.0
    assert [p.kind for p in graph.passes] == ["forward", "backward", "backward"]


def test_zero_grad_starts_the_sum_again():
    graph = graph_of(
        "w = torch.tensor([2.], requires_grad=True)\no = torch.optim.SGD([w], lr=.1)\n"
        "(w * 3).sum().backward()\no.zero_grad()\n(w * 5).sum().backward()"
    )
    out = [e for e in graph.edges if e.source.node == named(graph, "w").id]
    assert [e.contribution and e.contribution.data for e in out] == [None, [5.0]]
    assert number(named(graph, "w").outputs[0]) == [5.0]


def test_root_can_be_chosen():
    source = (
        "x = torch.tensor(3., requires_grad=True)\na = x * x\nloss = a * a\nloss.backward()\n"
        "print(x.grad)"
    )
    first = graph_of(source)
    graph = graph_of(source, root=named(first, "a").id)
    assert number(named(graph, "x").outputs[0]) == 6.0
    assert graph.prints[0].text == "tensor(108.)\n"
    assert [p.root for p in graph.passes if p.kind == "backward"] == [named(graph, "a").id]


def test_root_is_inferred_and_said():
    graph = graph_of("x = torch.tensor(3., requires_grad=True)\nL = x * 2\nz = x * 5")
    assert graph.root == named(graph, "L").id
    assert [d.code for d in graph.diagnostics] == ["inferred_root"]


@pytest.mark.parametrize(
    ("source", "name", "reason"),
    [
        ("d = (x * 2).detach()\ny = x * d", "d", "detached"),
        ("with torch.no_grad():\n    d = x * 2\ny = x * d", "d", "no_grad"),
        ("d = torch.ones(1)\ny = x * d", "d", "not_required"),
        ("d = x.argmax()\ny = x * 2", "d", "not_differentiable"),
        ("d = x * 7\nloss = x * 2\nloss.sum().backward()", "d", "unreachable"),
    ],
)
def test_missing_gradients_have_a_reason(source, name, reason):
    graph = graph_of("x = torch.tensor([1., 2.], requires_grad=True)\n" + source)
    assert named(graph, name).outputs[0].no_gradient == reason


def test_loops_and_functions_are_scopes():
    graph = graph_of(
        "def f(a):\n    return a + 1\nx = torch.tensor(1., requires_grad=True)\n"
        "for i in range(2):\n    x = f(x * 2)\n"
    )
    kinds = [(scope.kind, scope.name) for scope in graph.scopes]
    assert kinds == [
        ("loop", "i"), ("loop", "1"), ("function", "f"), ("loop", "2"), ("function", "f"),
    ]  # fmt: skip


def test_module_parameters_have_paths():
    graph = graph_of("net = torch.nn.Sequential(torch.nn.Linear(2, 1))\ny = net(torch.ones(1, 2))")
    names = {node.name for node in graph.nodes if node.kind == "parameter"}
    assert names == {"net.0.weight", "net.0.bias"}


def test_spans_point_at_the_subexpression():
    graph = graph_of("x = torch.ones(1)\nz = x * 2 + torch.exp(x)")
    span = op(graph, "exp").span
    assert (span.line, span.column, span.end_column) == (3, 12, 24)


def test_failing_op_is_marked():
    job = Job(source="import torch\na = torch.ones(2, 3)\nb = a * 2\nc = b @ a")
    outcome = run(job).outcome
    assert outcome.problem.code == "shape_mismatch"
    assert outcome.problem.span.line == 4
    assert [node.failed for node in outcome.graph.nodes] == [False, False, True]


def test_first_nan_is_named():
    graph = graph_of("x = torch.tensor([-1.0])\ny = torch.sqrt(x)\nz = y + 1")
    (born,) = [d for d in graph.diagnostics if d.code == "nan_born"]
    assert born.node == named(graph, "y").id
    assert named(graph, "y").outputs[0].value.data == ["nan"]


def test_graph_survives_json():
    graph = graph_of("x = torch.randn(3, requires_grad=True)\ny = (x / 0).sum()")
    assert decode(encode(graph)) == graph


def test_empty_rows_are_not_written_out():
    graph = graph_of(
        "x = torch.zeros(10**9, 0, requires_grad=True)\nx.sum().backward()\nfew = x[:2] * 2"
    )
    assert named(graph, "x").outputs[0].value.data == []
    assert named(graph, "few").outputs[0].value.data == [[], []]
    assert number(named(graph, "x").outputs[0]) == []


def test_own_function_is_not_lent():
    graph = graph_of(
        "def F(x): return x * x\nx = torch.tensor(3., requires_grad=True)\nF(x).backward()"
    )
    assert not [note for note in graph.diagnostics if note.code == "import"]


def test_program_without_tensors_says_so():
    graph = graph_of("print('hello')")
    assert [note.code for note in graph.diagnostics] == ["nothing_recorded"]


def test_names_a_program_binds_are_its_own():
    tree = ast.parse("def F(x):\n    return nn.relu(x)\nclass optim: pass\ng = lambda np: F(np)\n")
    assert lent_to(tree) == ["nn"]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(a + b) * c", "(a + b) · c"),
        ("a + b * c", "a + b · c"),
        ("a - (b - c)", "a − (b − c)"),
        ("(a * 3) ** 2", "(a × 3)²"),
        ("a * b * c", "a · b · c"),
    ],
)
def test_sentences_keep_the_brackets(expression, text):
    names = "".join(f"{n} = torch.tensor(2.0, requires_grad=True)\n" for n in "abc")
    graph = graph_of(f"{names}y = {expression}")
    assert any(s.text.startswith(f"y = {text} =") for s in graph.passes[0].steps)


def test_rewritten_tensor_keeps_the_steps_of_every_write():
    graph = graph_of(
        "x = torch.ones(3, requires_grad=True)\nz = torch.zeros(4)\nfor i in range(3):\n"
        "    z[i + 1] = z[i] + x[i]\nz.pow(2).sum().backward()"
    )
    ops = {node.id: node.op for node in graph.nodes}
    steps = [ops[step.node] for step in graph.passes[-1].steps]
    assert [steps.count(op) for op in ("setitem", "add")] == [3, 3]


def test_view_has_the_gradient_of_each_value_it_had():
    graph = graph_of(
        "x = torch.ones(3, requires_grad=True)\ny = x * 2\nv = y[1:]\ny.mul_(3)\na = v * 3\n"
        "y.mul_(2)\nb = v * 5\nL = a.sum() + b.sum()\nL.backward()"
    )
    names = {node.id: node for node in graph.nodes}
    sent = {
        (names[e.target.node].name, names[e.source.node].op): e.contribution.data
        for e in graph.edges
        if names[e.target.node].name in ("a", "b")
    }
    assert sent == {("a", "mul_"): [3.0, 3.0], ("b", "mul_"): [5.0, 5.0]}
