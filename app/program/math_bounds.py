"""A power of two numbers in; whether a number can hold it, out."""

from __future__ import annotations

import ast
import math

_DO = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: math.pow,
}


def is_too_large(node: ast.expr) -> bool:
    """Whether computing these plain numbers overflows: 9^9^9 would never end in whole numbers."""
    try:
        return not math.isfinite(_value(node))
    except OverflowError:
        return True
    except (ValueError, ZeroDivisionError, RecursionError):
        return False  # torch says what it thinks of that


def _value(node: ast.AST) -> float:
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _DO:
        return float(_DO[type(node.op)](_value(node.left), _value(node.right)))
    return math.pi
