"""Pasted PyTorch code in; a Program (or the error that says what to mend) out."""

from __future__ import annotations

import ast
import difflib
from typing import Any

from app.errors import ProgramError
from app.graph import Diagnostic, Span
from app.program.clean import clean
from app.program.policy import check
from app.program.program import Program, relocate
from app.program.repair import is_flat, repaired
from app.protocol import Job
from app.words import say


def read_torch(job: Job) -> Program:
    """Clean, parse and check; raises ProgramError with a span (and a repair where there is one)."""
    cleaned, places = clean(job.source)
    lang = job.options.lang
    tree = parse(cleaned, places, job.source, lang)
    if not tree.body:
        raise ProgramError("empty_program", lang=lang)
    relocate(tree, cleaned, places)
    notes = check(tree, lang) + _implicit_notes(tree, lang)
    add_imports(tree)
    if job.inputs:
        override(tree, job.inputs, lang)
        code = ast.unparse(tree)
    else:
        code = "\n".join([*(IMPLICIT[n] for n in _unbound(ast.parse(cleaned))), cleaned])
    return Program(
        language="torch",
        source=job.source,
        code=code,
        cleaned=cleaned,
        places=places,
        inputs=dict(job.inputs),
        notes=notes,
    )


def tree_of_torch(program: Program) -> ast.Module:
    """The tree of a torch Program, placed in the coordinates of its source."""
    tree = ast.parse(program.cleaned)
    relocate(tree, program.cleaned, program.places)
    add_imports(tree)
    if program.inputs:
        override(tree, program.inputs, "en")
    return tree


#: names every tutorial means the same by, imported where a fragment leaves the import out
IMPLICIT = {
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "optim": "import torch.optim as optim",
    "np": "import numpy as np",
    "math": "import math",
}


def _unbound(tree: ast.Module) -> list[str]:
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(a.asname or a.name.partition(".")[0]) for a in node.names}
    return [name for name in IMPLICIT if name in used and name not in bound]


def add_imports(tree: ast.Module) -> None:
    """Put the imports a fragment left out before its first statement."""
    for name in reversed(_unbound(tree)):
        statement = ast.parse(IMPLICIT[name]).body[0]
        for node in ast.walk(statement):
            ast.copy_location(node, tree.body[0])
        tree.body.insert(0, statement)


def _implicit_notes(tree: ast.Module, lang: str) -> list[Diagnostic]:
    return [
        Diagnostic(
            code="implicit_import",
            severity="note",
            node=None,
            span=None,
            message=say("note.implicit_import", lang, text=IMPLICIT[name]),
            hint=say("note.implicit_import.hint", lang),
        )
        for name in _unbound(tree)
    ]


def parse(cleaned: str, places: list[tuple[int, int]], source: str, lang: str) -> ast.Module:
    """ast.parse with errors in our words."""
    try:
        return ast.parse(cleaned)
    except SyntaxError as error:
        raise syntax_problem(error, cleaned, places, lang) from None
    except (RecursionError, MemoryError):
        raise ProgramError("too_deep", lang=lang) from None
    except ValueError:  # null bytes
        raise ProgramError("unreadable", lang=lang) from None


def syntax_problem(
    error: SyntaxError, cleaned: str, places: list[tuple[int, int]], lang: str
) -> ProgramError:
    """A SyntaxError as ours: lost indentation with its repair, else the reason and the place."""
    line = min(max(error.lineno or 1, 1), len(places))
    source_line, first = places[line - 1]
    column = first + max((error.offset or 1) - 1, 0)
    text = cleaned.split("\n")[line - 1]
    end = max(column + 1, first + len(text)) if error.end_offset is None else column + 1
    span = Span(line=source_line, column=column, end_line=source_line, end_column=end)
    if isinstance(error, IndentationError) and is_flat(cleaned):
        fixed = repaired(cleaned)
        if fixed is not None:
            return ProgramError("lost_indentation", span=span, lang=lang, repair=fixed)
    if _is_configuration(cleaned):
        return ProgramError("not_a_program", span=span, lang=lang)
    reason = (error.msg or "invalid syntax").removeprefix("invalid syntax. ")
    return ProgramError("syntax", span=span, lang=lang, reason=reason, text=text.strip()[:80])


def _is_configuration(text: str) -> bool:
    return "{" in text and "}" in text and ('":' in text or "':" in text) and "//" in text


def override(tree: ast.Module, inputs: dict[str, Any], lang: str) -> None:
    """Give top-level literals (`w = 2.2`, `w = torch.tensor([2.2], …)`) other values."""
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name not in inputs or name in found:
                continue
            value: ast.expr = statement.value
            new = ast.parse(repr(inputs[name]), mode="eval").body
            for node in ast.walk(new):
                ast.copy_location(node, value)
            if isinstance(value, ast.Call) and value.args and _makes_tensor(value):
                value.args[0] = new
            else:
                statement.value = new
            found[name] = value
    for name in inputs:
        if name not in found:
            known = [
                s.targets[0].id
                for s in tree.body
                if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
            ]
            near = difflib.get_close_matches(name, known, 1)
            raise ProgramError("unknown_input", lang=lang, name=name, near=near[0] if near else "—")


def _makes_tensor(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in (
        "tensor",
        "Tensor",
        "as_tensor",
        "Parameter",
    )
