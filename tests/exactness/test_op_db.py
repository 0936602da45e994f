"""Every differentiable op of PyTorch's own database: tracing changes no value and no gradient."""

import warnings

import pytest
import torch

from tests.exactness.op_db import NAMES, OPS, has_formula, plain, samples, traced

#: ops whose samples have nothing to differentiate, so nothing could be compared
EMPTY = frozenset()
#: at least so many of the ops are explained by rows of the table, not by autograd alone
EXPLAINED = 200

explained: set[str] = set()


def same(a, b):
    """Equal bit for bit, NaN included."""
    if a is None or b is None:
        return a is b
    a, b = (t.to_dense() if t.layout != torch.strided else t.clone() for t in (a, b))
    return a.shape == b.shape and a.dtype == b.dtype and repr(a.tolist()) == repr(b.tolist())


def compare(one):
    """Assert that tracing is exact; whether a formula is known for the op."""
    expected, gradients = plain(one)
    finished, leaves, out = traced(one)
    assert finished.outcome.problem is None, finished.outcome.problem
    assembly = finished.assembly
    for leaf, gradient in zip(leaves, gradients, strict=True):
        assert same(leaf.grad, gradient)
        found = assembly.gradient_tensor(*assembly.weaver.current[id(leaf)])
        assert same(found, gradient), (found, gradient)
    for a, b in zip(tensors(out), tensors(expected), strict=True):
        assert same(a.detach(), b.detach())
    return has_formula(finished)


def tensors(out):
    items = out if isinstance(out, (tuple, list)) else [out]
    return [item for item in items if isinstance(item, torch.Tensor)]


@pytest.mark.parametrize(("op", "name"), zip(OPS, NAMES, strict=True), ids=NAMES)
def test_traced_op_is_plain_torch(op, name):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = samples(op)
            assert bool(found) != (name in EMPTY)
            if sum(compare(one) for one in found):
                explained.add(name)
    finally:
        torch.set_default_dtype(torch.float32)


def test_most_common_ops_have_a_formula(request):
    if len(request.session.items) < len(OPS):
        pytest.skip("counts only when all of them ran")
    assert len(explained) >= EXPLAINED
    print(f"{len(OPS)} ops traced, {len(explained)} with a formula")
