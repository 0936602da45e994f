"""Mathematics: what a text without a single computed line still shows."""

from app.program import read
from app.protocol import Job


def test_function_alone_is_drawn():
    program = read(Job(source="f(x) = x^2 sin(x)"))
    scope = {}
    exec(program.code, scope)
    assert program.code.rstrip().endswith("f(x)") and scope["x"].requires_grad
    assert read(Job(source="f(x) = x^2\nL = f(y)")).code.count("f(") == 2
