"""Mathematics: what a text without a single computed line still shows."""

import math

import pytest

from app.program import read
from app.protocol import Job


def test_function_alone_is_drawn():
    program = read(Job(source="f(x) = x^2 sin(x)"))
    scope = {}
    exec(program.code, scope)
    assert program.code.rstrip().endswith("f(x)") and scope["x"].requires_grad
    assert read(Job(source="f(x) = x^2\nL = f(y)")).code.count("f(") == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y = log_3 9 + log_2(8) + log10 100", 7.0),
        ("y = log_3² 9", 4.0),
        ("b = 4\ny = log_b 64 + log_e 1", 3.0),
        ("log_b = 2\ny = log_b 3", 6.0),
        ("y = 2 * log_p^2 + 1", 2 * 0.5**2 + 1),
    ],
)
def test_logarithms_have_a_base(text, value):
    scope = {}
    exec(read(Job(source=text)).code, scope)
    assert math.isclose(float(scope["y"]), value, rel_tol=1e-6)
