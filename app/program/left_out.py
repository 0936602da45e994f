"""A program's tree in; the same without what only keeps files, and a note of each, out."""

from __future__ import annotations

import ast

from app.graph import Diagnostic
from app.program.notes import note
from app.program.positions import span_of

#: calls that change no number where their result is not used
KEEPS = ("torch.save",)


def leave_out(tree: ast.Module, lang: str) -> list[Diagnostic]:
    """Each such statement becomes `pass` in its place."""
    found = []
    for parent in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(parent, field, None)
            if not isinstance(block, list):  # a lambda's body is an expression
                continue
            for place, statement in enumerate(block):
                if path := _kept(statement):
                    block[place] = ast.copy_location(ast.Pass(), statement)
                    found.append(note("not_kept", span_of(statement), lang, name=path))
    return found


def _kept(statement: ast.stmt) -> str | None:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    path = ast.unparse(statement.value.func)
    return path if path in KEEPS else None
