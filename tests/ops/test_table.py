"""Every row against torch's own gradient, against finite differences, and against the op's value."""

import ast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from app.ops.execute import FUNCTIONS, contribution_of, evaluate, letters_of
from app.ops.formula import latex, parsed
from app.ops.row import Row
from app.ops.table import TABLE, row_of
from tests.ops.samples import calls, function

CALLS = [(op, k) for op, given in calls().items() for k in range(len(given))]
GIVEN = calls()
#: rows whose value is only drawn: what they do to places cannot be written as a formula
DRAWN = {"reshaped", "expanded", "padded", "pieces", "slices", "mean_pooled", "mean_binned"}
DRAWN |= {f"joined_{kind}" for kind in ("hstack", "vstack", "dstack", "column_stack")}


@pytest.fixture(autouse=True)
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def flat(args):
    for argument in args:
        if isinstance(argument, (list, tuple)):
            yield from flat(argument)
        else:
            yield argument


def outputs(y):
    found = list(flat([y])) if not isinstance(y, Tensor) else [y]
    return [o for o in found if isinstance(o, Tensor) and o.is_floating_point()]


def run(op, k):
    row = TABLE[op]
    args, kwargs = GIVEN[op][k]
    y = function(row)(*args, **kwargs)
    outs = outputs(y)
    torch.manual_seed(7)
    gs = [torch.randn(o.shape) for o in outs]
    many = row.op in ("chunk", "split", "tensor_split", "unbind")
    bound = row.bind(args, kwargs)
    letters = letters_of(row, bound, outs if many else outs[0], gs if many else gs[0])
    return row, bound, letters, outs, gs


def tracked(row, bound):
    for letter in (*row.local, *row.vjp):
        value = bound.get(letter)
        tensors = list(value) if isinstance(value, (list, tuple)) else [value]
        for number, tensor in enumerate(tensors):
            if isinstance(tensor, Tensor) and tensor.requires_grad:
                yield letter, number if isinstance(value, (list, tuple)) else None, tensor


@pytest.mark.parametrize(("op", "k"), CALLS)
def test_contributions_are_autograds(op, k):
    row, bound, letters, outs, gs = run(op, k)
    found = 0
    for letter, number, tensor in tracked(row, bound):
        sent = contribution_of(row, letter, letters)
        sent = sent if number is None else sent[number]
        (expected,) = torch.autograd.grad(outs, tensor, gs, retain_graph=True)
        assert sent.shape == tensor.shape
        torch.testing.assert_close(sent.detach(), expected, rtol=1e-6, atol=1e-8)
        found += 1
    assert found


@pytest.mark.parametrize(("op", "k"), CALLS)
def test_contributions_are_finite_differences(op, k):
    row, bound, letters, _, gs = run(op, k)
    if bound.get("padding_idx") is not None:
        return  # that row is held still on purpose: no derivative at all
    args, kwargs = GIVEN[op][k]
    for letter, number, tensor in tracked(row, bound):
        sent = contribution_of(row, letter, letters)
        sent = (sent if number is None else sent[number]).detach()
        direction = torch.randn(tensor.shape)
        if row.op in ("cholesky", "eigvalsh"):  # functions of symmetric matrices
            direction = direction + direction.mT
        with torch.no_grad():
            values = []
            kept = tensor.detach().clone()
            for sign in (1, -1):
                tensor.copy_(kept + sign * 1e-6 * direction)
                outs = outputs(function(row)(*args, **kwargs))
                values.append(sum((g * o).sum() for g, o in zip(gs, outs)))
            tensor.copy_(kept)
        slope = (values[0] - values[1]) / 2e-6
        torch.testing.assert_close((sent * direction).sum(), slope, rtol=1e-4, atol=1e-6)


def computable(text):
    called = {n.func.id for n in ast.walk(parsed(text)) if isinstance(n, ast.Call)}
    return called <= set(FUNCTIONS)


@pytest.mark.parametrize(("op", "k"), CALLS)
def test_value_formula_gives_the_value(op, k):
    row, _, letters, outs, _ = run(op, k)
    if not computable(row.value):
        called = {n.func.id for n in ast.walk(parsed(row.value)) if isinstance(n, ast.Call)}
        assert called & DRAWN
        return
    value = evaluate(row.value, letters)
    value = torch.as_tensor(value).expand(outs[0].shape) if row.op != "float" else value
    torch.testing.assert_close(value.detach(), outs[0].detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_formulas_can_be_written(row: Row):
    for text in (row.value, *row.local.values(), *row.vjp.values(), *row.let.values()):
        written = latex(text)
        assert written.count("{") == written.count("}")
        assert written.count(r"\left") == written.count(r"\right")


def test_table_is_wide_enough():
    assert len(TABLE) >= 150
    assert [op for op in TABLE if not GIVEN[op] and op != "float"] == []


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_documentation_page_is_of_a_real_function(row: Row):
    found = torch
    for part in row.doc.split(".")[1:]:
        found = getattr(found, part, None)
    assert found is not None or row.doc == "torch.Tensor.index_put"


#: op → its arguments at a kink, and what `kinks` says torch takes there
AT_KINKS = {
    "atan2": (lambda x: torch.atan2(x, torch.zeros(2)), [0.0, 0.0], 0, "0"),
    "std": (lambda x: x.std(), [1.0, 1.0], 0, "0"),
    "hinge_embedding_loss": (
        lambda x: F.hinge_embedding_loss(x, -torch.ones(2), reduction="sum"), [1.0, 1.0], -1, "-1",
    ),
    "hardswish": (F.hardswish, [3.0, 3.0], 1, "1"),
    "relu6": (F.relu6, [0.0, 6.0], 0, "0"),
    "clamp": (lambda x: x.clamp(0.0, 1.0), [0.0, 1.0], 1, "1"),
    "maximum": (lambda x: torch.maximum(x, torch.ones(2)), [1.0, 1.0], 0.5, "1/2"),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), [0.0, 0.0], 0.2, "α"),
    "softshrink": (lambda x: F.softshrink(x, 0.5), [0.5, -0.5], 0, "0"),
    "normalize": (lambda x: F.normalize(x, dim=0), [0.0, 0.0], 1e12, "divided by ε; formula for p = 2"),
}  # fmt: skip


@pytest.mark.parametrize("op", AT_KINKS)
def test_kinks_are_what_torch_takes(op):
    function, point, slope, said = AT_KINKS[op]
    x = torch.tensor(point, requires_grad=True)
    function(x).sum().backward()
    assert x.grad.tolist() == pytest.approx([slope] * 2)
    assert row_of(op).kinks.split(": ")[-1] == said
