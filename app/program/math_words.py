"""A torch path and arguments in; the call as syntax nodes without places, out."""

from __future__ import annotations

import ast


def torch_call(
    path: str, arguments: list[ast.expr], words: dict[str, ast.expr] | None = None
) -> ast.Call:
    """`path(*arguments, **words)`."""
    first, *rest = path.split(".")
    function: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        function = ast.Attribute(function, part, ast.Load())
    keywords = [ast.keyword(word, value) for word, value in (words or {}).items()]
    return ast.Call(function, arguments, keywords)


def tensor_call(value: ast.expr, leaf: bool = False, floats: bool = True) -> ast.Call:
    """`torch.tensor(value)`; a leaf asks for its gradient; `floats` writes 2 as 2.0."""
    words: dict[str, ast.expr] = {}
    for inner in ast.walk(value):
        if (
            isinstance(inner, ast.Constant)
            and not isinstance(inner.value, bool)
            and isinstance(inner.value, int)
            and floats
        ):
            inner.value = float(inner.value)
    if leaf:
        words["requires_grad"] = ast.Constant(True)
    return torch_call("torch.tensor", [value], words)
