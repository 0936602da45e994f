"""Loops without end in; where they were stopped, and what they had computed, out."""

from __future__ import annotations

import pytest

from app.autograd import run, runner
from app.protocol import Job


def test_endless_loop_is_stopped_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LATE", 0.0)
    source = "import torch\nx = torch.ones(1, requires_grad=True)\ndef f(x):\n    while True:\n        x = x + 1\nf(x * 2)"
    outcome = run(Job(source=source)).outcome
    problem = outcome.problem
    assert problem is not None and problem.code == "loop_deadline" and problem.span is not None
    assert (problem.span.line, problem.span.column, problem.span.end_column) == (4, 4, 15)
    assert outcome.graph is not None and [n.op for n in outcome.graph.nodes if n.op == "mul"]
