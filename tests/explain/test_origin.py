"""Elements and where they came from, each sum equal to the element."""

import pytest

from app.explanations import EdgeCard, OriginOf

MATMUL = "import torch\nA = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\nB = torch.tensor([[5., 6.], [7., 8.]], requires_grad=True)\nC = A @ B\nC.sum().backward()"


def origin(run, name, of, element):
    return run.ask(OriginOf(node=run.id(name), output=0, of=of, element=element))


def test_matmul_element_lights_a_row_and_a_column(asked):
    run = asked(MATMUL)
    found = origin(run, "C", "value", [0, 1])
    lit = {one.node: one.elements for one in found.lit}
    assert lit == {run.id("A"): [[0, 0], [0, 1]], run.id("B"): [[0, 1], [1, 1]]}
    assert found.latex.endswith(r"6 \cdot 1 + 8 \cdot 2 = 22")
    assert found.terms == 2 and not found.is_numeric


def test_gradient_element_is_a_sum_over_outputs(asked):
    run = asked(MATMUL)
    found = origin(run, "A", "gradient", [1, 0])
    assert [(one.node, one.of, one.elements) for one in found.lit] == [
        (run.id("C"), "gradient", [[1, 0], [1, 1]])
    ]
    assert found.latex.endswith(r"= 1 \cdot 5 + 1 \cdot 6 = 11")


@pytest.mark.parametrize(
    ("code", "lit"),
    [
        ("x.T", [[0, 1]]),
        ("x.reshape(4)[:, None].expand(4, 2).T", None),
        ("x[[1, 0]]", [[0, 0]]),
        ("x.sum(1)", [[1, 0], [1, 1]]),
        ("x.mean(0)", [[0, 1], [1, 1]]),
        ("torch.exp(x)", [[1, 0]]),
        ("x.softmax(1)", [[1, 0], [1, 1]]),
        ("x.cumsum(0)", [[0, 0], [1, 0]]),
    ],
)
def test_lit_elements_are_those_read(asked, code, lit):
    run = asked(
        f"import torch\nx = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\ny = {code}\ny.sum().backward()"
    )
    if lit is None:
        return
    node = next(n for n in run.graph.nodes if n.name == "y")
    at = [1] if len(node.outputs[0].shape) == 1 else [1, 0]
    found = run.ask(OriginOf(node=node.id, output=0, of="value", element=at))
    assert found.lit[0].elements == lit


def test_convolution_element_is_its_window(asked):
    run = asked(
        "import torch\nimport torch.nn.functional as F\nx = torch.arange(16.).reshape(1, 1, 4, 4).requires_grad_()\nw = torch.ones(1, 1, 2, 2)\ny = F.conv2d(x, w)\ny.sum().backward()"
    )
    found = origin(run, "y", "value", [0, 0, 1, 2])
    assert found.lit[0].elements == [[0, 0, 1, 2], [0, 0, 1, 3], [0, 0, 2, 2], [0, 0, 2, 3]]
    assert found.latex.endswith("= 34")


def test_other_ops_show_torchs_jacobian_and_say_so(asked):
    run = asked(
        "import torch\nx = torch.randn(3, 3, requires_grad=True)\ny = torch.linalg.det(x)\ny.backward()"
    )
    found = origin(run, "y", "value", [])
    assert found.is_numeric and found.notes and len(found.lit[0].elements) == 9


def test_weights_are_the_jacobian(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2., 3.], requires_grad=True)\ny = x.softmax(0)\ny[0].backward()"
    )
    found = origin(run, "y", "value", [0])
    p = run.nodes["y"].outputs[0].value.data
    assert found.lit[0].weights == pytest.approx(
        [p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[2]], rel=1e-5
    )


def test_leaf_has_no_origin_and_root_is_the_seed(asked):
    run = asked(MATMUL)
    assert (
        run.refused(OriginOf(node=run.id("A"), output=0, of="value", element=[0, 0])) == "no_origin"
    )
    root = OriginOf(node=run.graph.root, output=0, of="gradient", element=[])
    assert "seed" in run.ask(root).notes[0]
    assert (
        run.refused(OriginOf(node=run.id("A"), output=0, of="value", element=[5, 5]))
        == "no_such_element"
    )


@pytest.mark.parametrize(
    ("body", "terms"),
    [
        ("torch.nn.functional.hardsigmoid(x).sum()", r"= 1 \cdot 0.1667 = 0.1667"),
        ("torch.where(x > 0, x.sqrt(), x * 0).sum()", r"= 1 \cdot 0.3536 = 0.3536"),
        ("x.logcumsumexp(0)[1]", r"= 1 \cdot 0.8808 = 0.8808"),
    ],
)
def test_op_that_cannot_be_differentiated_twice_has_its_terms(asked, body, terms):
    run = asked(
        f"import torch\nx = torch.tensor([0., 2.], requires_grad=True)\nL = {body}\nL.backward()"
    )
    assert origin(run, "x", "gradient", [1]).latex.endswith(terms)


def test_arguments_torch_does_not_differentiate_stay_as_they_are(asked):
    run = asked(
        "import torch\nx = torch.randn(5, 2, requires_grad=True)\nbn = torch.nn.BatchNorm1d(2)\n"
        "y = bn(x)\nL = (y ** 3).sum()\nL.backward()"
    )
    assert len(origin(run, "x", "gradient", [0, 1]).lit[0].elements) == 5


def test_complex_numbers_are_refused_by_name(asked):
    run = asked(
        "import torch\nx = torch.randn(4, requires_grad=True)\nX = torch.fft.rfft(x)\n"
        "L = X.abs().sum()\nL.backward()"
    )
    for name, of in (("x", "gradient"), ("X", "value"), ("X", "gradient")):
        question = OriginOf(node=run.id(name), output=0, of=of, element=[0])
        assert run.refused(question) == "complex_leaf"
    run.ask(EdgeCard(edge=run.edge("x", "fft_rfft").id, element=[1]))
