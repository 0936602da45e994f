"""Values given for a program's variables: what they are written as."""

from __future__ import annotations

import ast
import math

import pytest

from app.errors import ProgramError
from app.program import read
from app.program.literals import literal, narrowed
from app.protocol import Job


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (2**63 - 1, 2**63 - 1),
        (10**30, 1e30),
        ([[-(10**30)], 3, True], [[-1e30], 3, True]),
        (10**400, "inf"),
        (-(10**400), "-inf"),
        ("nan", "nan"),
    ],
)
def test_integers_wider_than_a_tensors_become_floats(given: object, told: object) -> None:
    assert narrowed(given) == told
    assert type(narrowed(given)) is type(told)


def test_value_is_written_as_python() -> None:
    assert ast.unparse(literal([-1, [2.5]], "x")) == "[-1, [2.5]]"
    assert math.isinf(eval(ast.unparse(literal("-inf", "x"))))
    with pytest.raises(ProgramError, match="x"):
        literal({"no": 1}, "x")


@pytest.mark.parametrize("source", ["L = x^2", "import torch\nx = torch.tensor(1.0)\nL = x**2"])
def test_wide_input_reads(source: str) -> None:
    program = read(Job(source=source, inputs={"x": 10**30}))
    assert program.inputs == {"x": 1e30} and "1e+30" in program.code
