"""Slips Python cannot read in; the text without them, and the reason in both languages, out."""

from __future__ import annotations

import pytest

from app.errors import ProgramError
from app.program import read
from app.protocol import Job, Options


@pytest.mark.parametrize(
    ("source", "repair"),
    [
        ("import torch\nx = torch.tensor([1., 2.]  # two\ny = x", "import torch\nx = torch.tensor([1., 2.])  # two\ny = x"),
        ("import torch\nx = (1))", "import torch\nx = (1)"),
        ("def f(x):\n    if x = 3: pass", "def f(x):\n    if x == 3: pass"),
        ('print("hello)', 'print("hello")'),
        ("import torch\nx = 1\n  y = 2", "import torch\nx = 1\ny = 2"),
        ("import torch\nx = (1 2", None),
    ],
)  # fmt: skip
def test_slip_is_mended(source: str, repair: str | None) -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=source))
    problem = caught.value.problem
    assert (problem.code, problem.repair) == ("syntax_error", repair)


def test_reason_is_told_in_the_readers_language() -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source="import torch\nx = (", options=Options(lang="es")))
    assert "no se cierra" in caught.value.problem.message
