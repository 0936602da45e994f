"""A program's tree in; notes, or an early and friendly refusal of what the worker denies, out."""

from __future__ import annotations

import ast
from typing import Any

from app.errors import ProgramError
from app.graph import Diagnostic
from app.program.notes import note
from app.program.packages import FORBIDDEN
from app.program.positions import span_of
from app.program.repairs import without_asking, without_loading
from app.program.samples import with_sample_text

_CALLS = {"open", "exec", "eval", "compile", "__import__", "input", "breakpoint"}
_PATHS = ("torch.load", "torch.save", "torch.hub", "torch.jit.load", "torch.utils.cpp_extension")


def check(tree: ast.Module, lang: str = "en", source: str = "") -> list[Diagnostic]:
    """Raises ProgramError `forbidden_import` or `forbidden_call`. Not the boundary: the worker's
    confinement is."""
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    notes = _imports(nodes, lang)
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _CALLS - own:
                raise _call_refused(node, lang, node.func.id, source)
        elif isinstance(node, ast.Attribute):
            notes += _attribute(node, lang, source)
    return notes


def _call_refused(node: ast.AST, lang: str, name: str, source: str) -> ProgramError:
    if name == "open" and (repair := with_sample_text(source)):
        return ProgramError("missing_text", span=span_of(node), lang=lang, repair=repair)
    return _refused(node, lang, name, without_asking(source) if name == "input" else None)


def _refused(node: ast.AST, lang: str, name: str, repair: str | None) -> ProgramError:
    code = "forbidden_call_mended" if repair else "forbidden_call"
    return ProgramError(code, span=span_of(node), lang=lang, repair=repair, name=name)


def _attribute(node: ast.Attribute, lang: str, source: str) -> list[Diagnostic]:
    path = _path(node)
    if path in _PATHS:
        raise _refused(node, lang, path, without_loading(source) if path == "torch.load" else None)
    if path in ("torch.compile", "torch.jit.script"):
        return [note("compile_ignored", span_of(node), lang, name=path)]
    return []


def _path(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _imports(nodes: list[ast.AST], lang: str) -> list[Diagnostic]:
    uses: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses[node.id] = min(node.lineno, uses.get(node.id, node.lineno))
    notes = []
    for node in nodes:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in node.names:
            module = alias.name if isinstance(node, ast.Import) else (node.module or "")
            root = module.split(".")[0]
            if root not in FORBIDDEN:
                continue
            bound = alias.asname or alias.name.split(".")[0]
            if bound in uses:
                words: dict[str, Any] = {"name": root, "line": uses[bound]}
                raise ProgramError("forbidden_import", span=span_of(node), lang=lang, **words)
            notes.append(note("unused_import", span_of(node), lang, name=root))
    return notes
