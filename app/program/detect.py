"""Text in; which language it is written in, out."""

from __future__ import annotations

import ast
import re

PYTHON = re.compile(
    r"(^|\n)\s*(?:>>>\s*|In \[\d*\]:\s*)?(?:[A-Za-z]*Copy code)?"
    r"(import |from \w[\w.]* import|def |class |@\w|async |with |try:|print\s*\(|"
    r"(?:for|while|if|elif|else)\b[^\n]*:\s*(?:$|\n|#))"
)
MODULES = re.compile(r"\b(torch|nn|F|np|numpy|optim|math)\.[A-Za-z_]")
METHODS = re.compile(r"\.(backward|grad|item|shape|dtype|sum|mean|view|reshape|detach|to|T)\b")
SYMBOLS = re.compile(r"[\^²³⁴⁵⁶⁷⁸⁹σ·×÷√π−∑‖⋅ᵀ|]")


def language_of(source: str) -> str:
    """`torch` for Python code, `math` for plain mathematics."""
    if PYTHON.search(source) or MODULES.search(source):
        return "torch"
    if SYMBOLS.search(_without_comments(source)):
        return "math"
    if METHODS.search(source) or "{" in source or "```" in source:
        return "torch"
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "math"
    plain = (ast.Expr, ast.Assign)
    return "math" if all(isinstance(s, plain) for s in tree.body) else "torch"


def _without_comments(source: str) -> str:
    return "\n".join(re.split(r"#|//", line)[0] for line in source.split("\n"))
