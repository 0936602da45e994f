"""A torch tree and values for its variables in; the tree and its text with those values, out."""

from __future__ import annotations

import ast
from typing import Any

from app.errors import ProgramError
from app.program.literals import is_constant, literal


def substitute(tree: ast.Module, inputs: dict[str, Any], lang: str = "en") -> ast.Module:
    """Replace the literal of each top-level `NAME = literal` or `NAME = torch.tensor(literal, …)`.

    Positions are kept. Raises ProgramError `unknown_input` or `bad_input`."""
    for name, given in inputs.items():
        target = _literal_of(tree, name)
        if target is None:
            raise ProgramError("unknown_input", lang=lang, name=name)
        owner, slot = target
        old = owner.args[0] if isinstance(owner, ast.Call) else owner.value
        new = literal(given, name, lang)
        for inner in ast.walk(new):
            ast.copy_location(inner, old or owner)
        if slot == "value":
            owner.value = new  # type: ignore[union-attr]
        else:
            owner.args[0] = new  # type: ignore[union-attr]
    return tree


def _literal_of(
    tree: ast.Module, name: str
) -> tuple[ast.Assign | ast.AnnAssign | ast.Call, str] | None:
    for statement in tree.body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if not any(isinstance(target, ast.Name) and target.id == name for target in targets):
            continue
        if is_constant(statement.value):
            return statement, "value"
        value = statement.value
        if isinstance(value, ast.Call) and _makes_tensor(value) and is_constant(value.args[0]):
            return value, "argument"
    return None


def _makes_tensor(call: ast.Call) -> bool:
    made = ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""
    return bool(call.args) and made in ("torch.tensor", "tensor", "torch.Tensor", "torch.as_tensor")
