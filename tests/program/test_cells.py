"""Notebook files in; their code as a repair, out."""

from __future__ import annotations

import json

import pytest

from app.errors import ProgramError
from app.program import read
from app.protocol import Job

CELLS = [
    {"cell_type": "markdown", "source": ["# $$\\frac{a}{b}$$"]},
    {"cell_type": "code", "execution_count": None, "source": ["import torch\n", "x = 1"]},
    {"cell_type": "code", "outputs": [{"text": ["1"]}], "source": "print(x)\n"},
]


@pytest.mark.parametrize("indent", [None, 1])
def test_notebook_is_repaired_to_its_code(indent: int | None) -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=json.dumps({"cells": CELLS, "nbformat": 4}, indent=indent)))
    problem = caught.value.problem
    assert (problem.code, problem.repair) == ("notebook_file", "import torch\nx = 1\n\nprint(x)\n")


def test_half_a_notebook_is_no_notebook() -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=json.dumps({"cells": CELLS})[:-20]))
    assert caught.value.problem.code == "syntax_error"
