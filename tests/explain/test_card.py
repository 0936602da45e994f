"""Cards: upstream × local = contribution, in the program's names and torch's numbers."""

import pytest

from app.explanations import EdgeCard, NodeCard, OriginOf, PathsBetween

NEURON = """import torch
import torch.nn.functional as F
x = torch.tensor([1.1])
y = torch.tensor([1.0])
w = torch.tensor([2.2], requires_grad=True)
b = torch.tensor([0.0], requires_grad=True)
z = x * w + b
a = torch.sigmoid(z)
L = F.binary_cross_entropy(a, y)
L.backward()
"""


def lines(card, role):
    return [line.latex for line in card.lines if line.role == role]


def test_neuron_card_reads_as_the_chain_rule(asked):
    run = asked(NEURON)
    card = run.ask(NodeCard(node=run.id("w")))
    partial = r"\frac{{\partial {}}}{{\partial {}}}".format
    wanted = f"{partial('L', 'w')} = " + "".join(
        rf"\left({partial(a, b)}\right)" for a, b in (("L", "a"), ("a", "z"), ("z", "w"))
    )
    assert lines(card, "chain") == [wanted]
    assert lines(card, "numbers")[0].endswith(r"\cdot 0.07499 \cdot 1.1 = -0.08983")


def test_sigmoid_card_substitutes_numbers(asked):
    run = asked(NEURON)
    card = run.ask(EdgeCard(edge=run.edge("z", "sigmoid").id))
    assert card.known and card.category == "activation"
    assert card.doc.endswith("generated/torch.sigmoid.html")
    (local,) = lines(card, "local")
    assert r"a\,\left(1 - a\right) = 0.9183\cdot \left(1 - 0.9183\right) = 0.07499" in local
    product = card.upstream.data[0] * card.local.data[0]
    assert product == pytest.approx(card.contribution.data[0], rel=1e-6)


def test_every_card_multiplies_out(asked):
    run = asked(NEURON)
    for edge in run.graph.edges:
        card = run.ask(EdgeCard(edge=edge.id))
        if card.local is not None:
            product = card.upstream.data[0] * card.local.data[0]
            assert product == pytest.approx(edge.contribution.data[0], rel=1e-5)


def test_matrix_card_shows_product_and_shapes(asked):
    run = asked(
        "import torch\nA = torch.ones(2, 3, requires_grad=True)\nB = torch.ones(3, 4)\n(A @ B).sum().backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("A", "matmul").id))
    assert any(r"\,B^{\top}" in line for line in lines(card, "vjp"))
    assert r"2 \times 3" in lines(card, "shapes")[0]


def test_matrix_card_writes_the_sum_of_an_element(asked):
    run = asked(
        "import torch\nA = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\nB = torch.tensor([[5., 6.], [7., 8.]])\n(A @ B).sum().backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("A", "matmul").id, element=[0, 1]))
    assert lines(card, "numbers")[0].endswith(r"1 \cdot 7 + 1 \cdot 8 = 15")


def test_unbroadcasting_is_written_out(asked):
    run = asked(
        "import torch\nb = torch.tensor([1., 2.], requires_grad=True)\nx = torch.tensor([[1., 2.], [3., 4.]])\n((x + b)**2).sum().backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("b", "add").id, element=[0]))
    assert lines(card, "numbers")[0].endswith(r"4 \cdot 1 + 8 \cdot 1 = 12")
    assert any("Broadcasting stretched 2 to 2×2" in note for note in card.notes)


def test_fan_out_sum_is_written_out(asked):
    run = asked(
        "import torch\nx = torch.tensor(3., requires_grad=True)\ny = x*x + 2*x\ny.backward()"
    )
    card = run.ask(NodeCard(node=run.id("x")))
    assert lines(card, "numbers")[-1].endswith("2 + 3 + 3 = 8")


def test_loss_card_is_prediction_minus_truth(asked):
    run = asked(
        "import torch\nimport torch.nn.functional as F\nlogits = torch.tensor([[2., .5, -1.]], requires_grad=True)\nloss = F.cross_entropy(logits, torch.tensor([0]))\nloss.backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("logits", "cross_entropy").id))
    assert lines(card, "vjp")[0].endswith("= p - q")


def test_unknown_op_shows_numbers_and_says_so(asked):
    run = asked(
        "import torch\nx = torch.randn(4, requires_grad=True)\ny = torch.fft.fft(x).abs().sum()\ny.backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("x", "fft_fft").id))
    assert not card.known and card.contribution is not None
    assert any("No formula" in note for note in card.notes)


def test_formula_that_differs_from_autograd_is_not_shown(asked):
    run = asked(
        "import torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 3\ny.register_hook(lambda g: g)\nx.register_hook(lambda g: g * 10)\n(y + 0).backward()"
    )
    card = run.ask(EdgeCard(edge=run.edge("x", "mul").id))
    assert card.contribution.data == 3 or not card.known


def test_unknown_edge_and_element_are_refused(asked):
    run = asked(NEURON)
    assert run.refused(EdgeCard(edge="e99")) == "unknown_edge"
    assert run.refused(NodeCard(node="n99")) == "unknown_node"
    assert run.refused(EdgeCard(edge=run.graph.edges[0].id, element=[7])) == "no_such_element"


def test_hostile_names_stay_text(asked):
    run = asked(
        "import torch\nhref_url_input = torch.tensor(1., requires_grad=True)\n(href_url_input * 2).backward()"
    )
    card = run.ask(NodeCard(node=run.id("href_url_input")))
    assert r"\text{href\_url\_input}" in card.title


@pytest.mark.parametrize(
    "source",
    [
        "z = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)\nc = torch.tensor(1j, requires_grad=True)\n"
        "loss = (z * c + c * 2).abs().sum()\nloss.backward()",
        "x = torch.ones(3, requires_grad=True)\ny = x.sum()\n"
        "(g,) = torch.autograd.grad(y, x, create_graph=True)\nloss = (g * x).sum()\nloss.backward()",
    ],
)
def test_no_card_fails_on_complex_or_grown_numbers(asked, source):
    one = asked("import torch\n" + source)
    assert all(one.ask(NodeCard(node=node.id)).title for node in one.graph.nodes)
    assert all(one.ask(EdgeCard(edge=edge.id)).title for edge in one.graph.edges)


def test_hooked_gradient_is_not_called_the_product(asked):
    one = asked(
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\nx.register_hook(lambda g: g * 2)\n"
        "loss = x * 3\nloss.backward()"
    )
    assert any("hook" in note for note in one.ask(NodeCard(node=one.id("x"))).notes)


def test_card_of_several_autograd_nodes_has_the_whole_contribution(asked):
    run = asked(
        "import torch\nx = torch.randn(2, 4, requires_grad=True)\n"
        "L = torch.nn.functional.rms_norm(x, (4,)).pow(3).sum()\nL.backward()"
    )
    edge = run.edge("x", "rms_norm")
    card = run.ask(EdgeCard(edge=edge.id))
    assert card.known and card.contribution.data == edge.contribution.data


def test_nested_unpacking_names_every_output(asked):
    run = asked(
        "import torch\nx = torch.randn(3, 1, 2, requires_grad=True)\n"
        "o, (h, c) = torch.nn.LSTM(2, 2)(x)\nL = h.sum() * c.sum()\nL.backward()"
    )
    texts = [step.text for p in run.graph.passes for step in p.steps]
    assert any("sum(h)" in text for text in texts) and any("sum(c)" in text for text in texts)


TWO = """import torch
class Both(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b
    @staticmethod
    def backward(ctx, g, h):
        a, b = ctx.saved_tensors
        return g * b + h, g * a + h
a = torch.tensor(1.5, requires_grad=True)
b = torch.tensor(-0.5, requires_grad=True)
p, s = Both.apply(a, b)
L = p * s
L.backward()
"""


def test_two_outputs_are_no_single_chain(asked):
    run = asked(TWO)
    assert lines(run.ask(NodeCard(node=run.id("a"))), "numbers") == []
    products = [path.product for path in run.ask(PathsBetween(leaf=run.id("a"))).paths]
    assert set(products) == {
        r"1 \cdot \left(-0.5\right) = -0.5",
        r"\left(-0.75\right) \cdot 1 = -0.75",
    }


def test_exponent_one_and_pi_stay_in_the_numbers(asked):
    run = asked(
        "import torch\nx = torch.tensor(0.7, requires_grad=True)\n"
        "L = torch.deg2rad(x) + x ** 1\nL.backward()"
    )
    (local,) = lines(run.ask(EdgeCard(edge=run.edge("x", "deg2rad").id)), "local")
    assert local.endswith(r"\frac{\pi}{180} = 0.01745")
    (local,) = lines(run.ask(EdgeCard(edge=run.edge("x", "pow").id)), "local")
    assert r"^{ - 1}" not in local and local.endswith("= 1")


def test_earlier_passes_are_said(asked):
    run = asked(
        "import torch\nx = torch.tensor(1.5, requires_grad=True)\ny = x ** 2\n"
        "y.backward(retain_graph=True)\ny.backward()"
    )
    for question in (
        EdgeCard(edge=run.edge("x", "pow").id),
        NodeCard(node=run.id("x")),
        PathsBetween(leaf=run.id("x")),
        OriginOf(node=run.id("x"), output=0, of="gradient", element=[]),
    ):
        assert any("last backward pass" in note for note in run.ask(question).notes)


def test_kinks_are_said_in_the_readers_language(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\ny = x.amax()\ny.backward()",
        lang="es",
    )
    assert "empates: a partes iguales" in run.ask(NodeCard(node=run.id("y"))).notes[0]
