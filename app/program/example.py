"""A fragment and a name it never defines, in; the fragment with an example value where it is first
used, out."""

from __future__ import annotations

import ast
import re

from app.program.familiar import familiar

#: attributes that say that what has them is a tensor
TENSORS = frozenset(
    "shape dtype device T mT ndim to float double long size dim numel item tolist reshape view matmul"
    " permute transpose unsqueeze squeeze flatten sum mean std max min exp log pow abs clone detach"
    " sigmoid tanh relu softmax backward grad requires_grad argmax".split()
)
#: example values by the number of dimensions a name speaks of
VALUES = {
    "0": "1.0",
    "1": "[1.0, 2.0, 3.0, 4.0]",
    "2": "[[1.0, 2.0], [3.0, 4.0]]",
    "3": "[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]",
}


def with_values(name: str, code: str) -> str | None:
    """With values for it and all other familiar names; None where it is not one."""
    lines = familiar(code)
    if not any(line.startswith(f"{name} = ") for line in lines):
        return None
    places = [_first(ast.parse(code), line.split(" = ")[0]) for line in lines]
    return _put(code, min(places), lines)


def with_example(name: str, code: str) -> str | None:
    """None where the name is used otherwise than as a tensor."""
    uses = 0
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is(node.func, name):
            return None
        if isinstance(node, ast.Attribute) and _is(node.value, name):
            if node.attr not in TENSORS:
                return None
            uses += 1
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            uses += _is(node.left, name) + _is(node.right, name)
    if not uses:
        return None
    rank = re.search(r"([0-3])_?d", name, re.I)
    value = f"{name} = torch.tensor({VALUES[rank[1] if rank else '2']})"
    return _put(code, _first(tree, name), [value])


def _put(code: str, line: int, values: list[str]) -> str:
    lines = code.split("\n")
    return "\n".join([*lines[: line - 1], *values, *lines[line - 1 :]]).strip() + "\n"


def _first(tree: ast.Module, name: str) -> int:
    """The line of the first statement that uses it."""
    using = (s for s in tree.body if any(_is(node, name) for node in ast.walk(s)))  # type: ignore[arg-type]
    return next(using).lineno


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
