"""Pasted torch code in; its cleaned text and a tree placed in the pasted text, out."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from app.errors import ProgramError
from app.graph import Diagnostic, Span
from app.program.cells import code_of
from app.program.indentation import indent_again
from app.program.left_out import leave_out
from app.program.notes import note
from app.program.paste import Paste, split_lines
from app.program.positions import depth_of, place_in_paste
from app.program.readings import Reading, readings
from app.program.syntax import mended, reason_of
from app.program.value import FILENAME

#: nodes on the longest way through a tree; Python's own recursion limit is a thousand frames
DEPTH = 300
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
#: what print(net) and model.summary() show
_PRINTED = re.compile(r"^\s*\w+\(\s*\n\s+\(\w+\): \w+\(|^\s*Layer \(type", re.M)
_LOST = re.compile(r"expected an indented block|outside function|unexpected indent|unindent")


class TorchCode(NamedTuple):
    """Cleaned text and its tree, positions in pasted characters; what was left out of it."""

    code: str
    tree: ast.Module
    notes: tuple[Diagnostic, ...] = ()


def read_torch(source: str, lang: str = "en") -> TorchCode:
    """Raises ProgramError `syntax_error`, `lost_indentation`, `not_a_program` or `too_deep`."""
    told: tuple[Paste, BaseException] | None = None
    for place, reading in enumerate(readings(source)):
        try:
            tree = ast.parse(reading.paste.text)
            compile(tree, FILENAME, "exec", dont_inherit=True)  # a stray return still parses
        except _UNREADABLE as caught:
            told = (reading.paste, caught) if place <= 1 else told
        else:
            if tree.body or not reading.note:
                found = _placed(reading.paste, tree, source, lang)
                left = leave_out(found.tree, lang)
                return found._replace(notes=(*_notes(reading, lang), *left))
    assert told is not None
    raise _refusal(*told, source, lang)


def _notes(reading: Reading, lang: str) -> tuple[Diagnostic, ...]:
    return (note(reading.note, reading.span, lang),) if reading.note and reading.span else ()


def _placed(pasted: Paste, tree: ast.Module, source: str, lang: str) -> TorchCode:
    code = "too_deep" if depth_of(tree) > DEPTH else ""
    code = code or ("" if tree.body else "empty_program")
    if is_configuration(tree) and (cells := code_of(source)):  # one whose JSON is Python as well
        raise ProgramError("notebook_file", span=_whole(source), lang=lang, repair=cells)
    if code or is_configuration(tree):
        raise ProgramError(code or "not_a_program", span=_whole(source), lang=lang)
    return TorchCode(pasted.text, place_in_paste(tree, pasted))


def is_configuration(tree: ast.Module) -> bool:
    """Whether there is only one dictionary of constants."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], (ast.Assign, ast.Expr)):
        return False
    given = tree.body[0].value
    return isinstance(given, ast.Dict) and not any(isinstance(n, ast.Call) for n in ast.walk(given))


def _refusal(pasted: Paste, error: BaseException, source: str, lang: str) -> ProgramError:
    if isinstance(error, (RecursionError, MemoryError)) or "too many nested" in str(error):
        return ProgramError("too_deep", span=_whole(source), lang=lang)
    if code := code_of(source):
        return ProgramError("notebook_file", span=_whole(source), lang=lang, repair=code)
    if _is_json(pasted.text):
        return ProgramError("not_a_program", span=_whole(source), lang=lang)
    if _PRINTED.search(pasted.text):
        return ProgramError("printed_model", span=_whole(source), lang=lang)
    if re.search(r"^[^#=(\n]*:\s*tensor\(", pasted.text, re.M):
        return ProgramError("printed_output", span=_whole(source), lang=lang)
    span = _syntax_span(pasted, error, source)
    if _LOST.search(str(error)) and (repair := indent_again(pasted.text)):
        return ProgramError("lost_indentation", span=span, lang=lang, repair=repair)
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    text = split_lines(source)[span.line - 1].strip()[:120]
    repair = mended(pasted.text, reason, span.line)
    told = reason_of(reason, lang)
    return ProgramError("syntax_error", span=span, lang=lang, repair=repair, reason=told, text=text)


def _is_json(text: str) -> bool:
    bare = re.sub(r"\b(true|false|null)\b", "None", re.sub(r"(?m)//.*$", "", text))
    try:
        return is_configuration(ast.parse(bare))
    except _UNREADABLE:
        return False


def _syntax_span(pasted: Paste, error: BaseException, source: str) -> Span:
    if not isinstance(error, SyntaxError) or not error.lineno:
        return _whole(source)
    lines = split_lines(source)
    line = min(max(error.lineno, 1), len(lines))
    start = min(pasted.column(line, (error.offset or 1) - 1), len(lines[line - 1]))
    return Span(line=line, column=start, end_line=line, end_column=max(start, len(lines[line - 1])))


def _whole(source: str) -> Span:
    lines = split_lines(source)
    return Span(line=1, column=0, end_line=len(lines), end_column=len(lines[-1]))
