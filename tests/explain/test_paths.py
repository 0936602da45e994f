"""Paths: counted exactly, shares summing to the gradient, the strongest first."""

import pytest

from app.explanations import PathsBetween


def paths(run, name):
    return run.ask(PathsBetween(leaf=run.id(name)))


def test_shares_sum_to_the_gradient(asked):
    run = asked(
        "import torch\nx = torch.tensor(3., requires_grad=True)\ny = x*x + 2*x\ny.backward()"
    )
    found = paths(run, "x")
    assert found.count == "3" and found.is_complete
    assert [path.share for path in found.paths] == [3, 3, 2]
    assert found.shown == found.total == 8


def test_path_product_is_written(asked):
    run = asked(
        "import torch\nx = torch.tensor(2., requires_grad=True)\nz = 3*x\ny = z*z\ny.backward()"
    )
    found = paths(run, "x")
    assert found.paths[0].latex == r"x \to z \to y"
    assert found.paths[0].product == r"6 \cdot 3 = 18"
    assert len(found.paths[0].edges) == 2


def test_tensor_shares_are_norms_of_vectors_that_sum(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\na = x * 3\nb = x * -1\ny = (a + b).sum()\ny.backward()"
    )
    found = paths(run, "x")
    assert found.is_norm and found.count == "2"
    assert found.shown == pytest.approx(found.total)
    assert sum(path.share for path in found.paths) > found.total


def test_many_paths_are_counted_exactly(asked):
    run = asked(
        "import torch\nx = torch.tensor(1., requires_grad=True)\ny = x\nfor _ in range(60):\n    y = y + y * 0.5\ny.backward()"
    )
    found = paths(run, "x")
    assert found.count == str(2**60) and not found.is_complete
    assert len(found.paths) == 24 and "left out" in found.notes[0]


def test_leaf_off_the_path_is_refused(asked):
    run = asked(
        "import torch\nx = torch.tensor(1., requires_grad=True)\nz = torch.tensor(1., requires_grad=True)\nu = z * 2\n(x * 2).backward()"
    )
    assert run.refused(PathsBetween(leaf=run.id("z"))) == "not_connected"
    assert run.refused(PathsBetween(leaf="n99")) == "unknown_node"


@pytest.mark.parametrize(
    "body",
    [
        "o, (h, c) = torch.nn.LSTM(2, 2)(x)\nL = (o * o).sum() + h.sum() * c.sum()",
        "L = torch.nn.functional.rms_norm(x, (2,)).pow(3).sum()",
        "L = torch.nn.functional.triplet_margin_loss(x, x.sin(), x.exp())",
        "L = torch.nn.functional.normalize(x).exp().sum()",
    ],
)
def test_paths_of_ops_with_several_autograd_nodes_add_up(asked, body):
    run = asked(f"import torch\nx = torch.randn(3, 2, requires_grad=True)\n{body}\nL.backward()")
    found = paths(run, "x")
    assert found.is_complete and found.shown == pytest.approx(found.total, rel=1e-4)
