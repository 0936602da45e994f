"""Second derivatives against known ones, and forward mode against reverse."""

import pytest

from app.explanations import Curve


def curve(run, name):
    return run.ask(Curve(leaf=run.id(name)))


def test_hessian_of_a_quadratic_is_its_matrix(asked):
    run = asked(
        "import torch\nA = torch.tensor([[2., 1.], [1., 3.]])\nx = torch.tensor([1., -1.], requires_grad=True)\ny = 0.5 * x @ A @ x\ny.backward()"
    )
    found = curve(run, "x")
    assert found.kind == "hessian"
    assert [x for row in found.matrix for x in row] == pytest.approx([2, 1, 1, 3])
    assert found.eigenvalues == pytest.approx([1.381966, 3.618034], rel=1e-5)


def test_jacobian_of_a_vector_root(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2., 3.], requires_grad=True)\ny = x[:2] * x[1:]\ny.backward(torch.ones(2))"
    )
    found = curve(run, "x")
    assert found.kind == "jacobian"
    assert found.matrix == [[2, 1, 0], [0, 3, 2]]
    assert (found.forward_passes, found.reverse_passes) == (3, 2)


def test_forward_mode_agrees_with_reverse(asked):
    run = asked(
        "import torch\nx = torch.tensor([.3, .7], requires_grad=True)\ny = (x.sin() * x.exp()).sum()\ny.backward()"
    )
    found = curve(run, "x")
    assert found.jvp[0] == pytest.approx(sum(found.vjp))


def test_detach_makes_no_false_hessian(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\ny = (x * x.detach()).sum()\ny.backward()"
    )
    assert curve(run, "x").matrix == [[0, 0], [0, 0]]


def test_large_leaf_is_refused(asked):
    run = asked("import torch\nx = torch.randn(100, requires_grad=True)\n(x**2).sum().backward()")
    assert run.refused(Curve(leaf=run.id("x"))) == "curve_too_large"


def test_op_torch_cannot_differentiate_twice_is_named(asked):
    run = asked(
        "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\n"
        "L = torch.nn.functional.hardsigmoid(x).pow(2).sum()\nL.backward()"
    )
    answer = run.explained.answer(Curve(leaf=run.id("x")))
    assert answer.problem.code == "replay_twice" and "hardsigmoid" in answer.problem.message
