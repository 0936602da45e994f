"""Programs that fail in ways torch is asked about every day in; the repaired program's run, out."""

from __future__ import annotations

import pytest

from app.autograd import run
from app.protocol import Job, Outcome

NET = "import torch, torch.nn as nn, torch.nn.functional as F\n"
LEAF = "import torch\nw = torch.ones(2, requires_grad=True)\n"
REPAIRED = [
    (LEAF + "y = (w * 2).numpy()", "numpy_of_gradient", ".detach().numpy()"),
    ("import torch\ny = torch.ones(2, 3).t().view(6)", "view_refused", ".reshape(6)"),
    (LEAF + "(w * 2).backward()", "non_scalar_backward", "(w * 2).sum().backward()"),
    ("import torch\ntorch.tensor([1, 2], requires_grad=True)", "integer_requires_grad", "[1.0, 2.0]"),
    (LEAF + "if True:\n    w -= 1", "inplace_leaf", "    with torch.no_grad():\n        w -= 1"),
    (LEAF + "w[0] = 1.0", "inplace_leaf", "with torch.no_grad():\n    w[0] = 1.0"),
    (LEAF + "loss = (w * w).sum().item()\nloss.backward()", "number_backward", ".sum()\nloss.b"),
    (LEAF + "a = torch.sigmod(w)", "missing_attribute_near", "torch.sigmoid(w)"),
    (NET + "nn.linear(2, 3)", "missing_attribute_near", "nn.Linear(2, 3)"),
    ("labels = 2\nprint(lables)", "undefined_name_near", "print(labels)"),
    ("import torch\ntensor1d = torch.ones(2)\ntensor2d.T", "undefined_name_tensor", "[[1.0, 2.0]"),
    ("import torch\ntorch.ones(2, require_grad=True)", "wrong_keyword_near", "requires_grad=True"),
    (LEAF + "torch.optim.SGD(w, lr=1)", "optimizer_list", "SGD([w], lr=1)"),
    (NET + "nn.Linear(6, 1)(torch.ones(2, 5))", "shape_layer", "nn.Linear(5, 1)"),
    (NET + "nn.Conv2d(3, 6, 3)(torch.ones(1, 1, 8, 8))", "shape_layer", "nn.Conv2d(1, 6, 3)"),
    (NET + "F.cross_entropy(torch.ones(2, 3), torch.ones(2))", "dtype_target", "torch.ones(2).long())"),
    (
        NET + "cell = nn.RNNCell(2, 3)\nh = torch.zeros(1, 3)\nfor t in range(3):\n"
        "    h = cell(torch.ones(1, 2), h)\n    h.sum().backward()",
        "freed_graph_loop",
        "for t in range(3):\n    h = h.detach()\n",
    ),
]  # fmt: skip
EXPLAINED = [
    (LEAF + "w.grad.zero_()", "gradient_missing"),
    (LEAF + "w = w - 0.1 * w.grad", "gradient_missing"),
    (LEAF + "for i in range(2):\n    a = (w * w).sum()\na.backward()\na.backward()", "freed_graph"),
    (NET + "nn.Linear(2, 1)(torch.ones(1, 2).double())", "dtype_double"),
    (NET + "class N(nn.Module): pass\nN()(1)", "no_forward"),
    ("a = 1\ndef f():\n    a += 1\nf()", "unbound_local"),
    ("class A:\n    def f(x): pass\nA().f(1)", "missing_self"),
    (LEAF + "torch.optim.SGD([w * 2], lr=1)", "optimizer_leaf"),
    (NET + "torch.optim.SGD(nn.ReLU().parameters(), lr=1)", "optimizer_empty"),
    ("import torch\ntorch.tensor(['a'])", "text_tensor"),
    ("import torch\na, b = torch.ones(3)", "unpacked"),
    (NET + "a = torch.ones(2, 3)\na @ a", "shape_mismatch"),
]


def outcome_of(source: str) -> Outcome:
    return run(Job(source=source)).outcome


@pytest.mark.parametrize(("source", "code", "mended"), REPAIRED)
def test_repair_runs(source: str, code: str, mended: str) -> None:
    problem = outcome_of(source).problem
    assert problem is not None and problem.code == code and problem.span is not None
    assert problem.repair is not None and mended in problem.repair
    after = outcome_of(problem.repair).problem
    assert after is None, after


@pytest.mark.parametrize(("source", "code"), EXPLAINED)
def test_no_repair_is_better_than_a_guess(source: str, code: str) -> None:
    problem = outcome_of(source).problem
    assert problem is not None and (problem.code, problem.repair) == (code, None)
