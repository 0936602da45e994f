"""Numbers and nested lists in; syntax nodes that write them, out (and whether a node is such)."""

from __future__ import annotations

import ast
import sys
from typing import Any

from app.errors import ProgramError

#: bits of torch's widest integer, its sign included
BITS = 64
_SPECIAL = {"nan", "inf", "-inf"}


def is_constant(node: ast.AST) -> bool:
    """Whether a node is a number, or nested lists of them, signs included."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(is_constant(item) for item in node.elts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return is_constant(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def literal(given: Any, name: str, lang: str = "en", depth: int = 0) -> ast.expr:
    """The syntax of a number or of nested lists. Raises ProgramError `bad_input`."""
    if isinstance(given, (list, tuple)) and depth < 16:
        return ast.List([literal(item, name, lang, depth + 1) for item in given], ast.Load())
    if isinstance(given, (int, float)):
        negative = given < 0
        number: ast.expr = ast.Constant(-given if negative else given)
        if given != given:
            return _special("nan")
        return ast.UnaryOp(ast.USub(), number) if negative else number
    if isinstance(given, str) and given in _SPECIAL:
        return _special(given)
    raise ProgramError("bad_input", lang=lang, name=name, value=repr(given)[:60])


def narrowed(given: Any) -> Any:
    """The same, integers wider than any tensor's as the floats next to them."""
    if isinstance(given, (list, tuple)):
        return [narrowed(item) for item in given]
    if isinstance(given, int) and given.bit_length() >= BITS:
        return (
            float(given)
            if given.bit_length() <= sys.float_info.max_exp
            else f"{'-' * (given < 0)}inf"
        )
    return given


def _special(text: str) -> ast.expr:
    return ast.Call(ast.Name("float", ast.Load()), [ast.Constant(text)], [])
