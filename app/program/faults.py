"""An exception of the user's run in; a Problem in plain words, with only their frames, out."""

from __future__ import annotations

import ast
import difflib
import re
from typing import Any

from msgspec.structs import replace

from app.errors import GradreelError, Problem, ProgramError
from app.graph import Span
from app.program.example import with_example
from app.program.fault_rules import code_of, shapes_of
from app.program.frames import user_frames
from app.program.paste import split_lines
from app.program.repairs import on_cpu, with_defaults, with_random_pictures
from app.program.value import Program

_TEXT = 600
_FRAMES = 20


def fault(
    error: BaseException, program: Program, lang: str, culprit: tuple[str, int] | None = None
) -> Problem:
    """What went wrong. `culprit` is the (op, line) that modified a saved tensor in place.

    Never raises, even when the exception's own text does."""
    try:
        if isinstance(error, GradreelError):
            return _with_repair(error.problem, program, lang)
        return _fault(error, program, lang, culprit)
    except BaseException:
        return ProgramError("user_exception", lang=lang, kind=_kind(error), text="").problem


def _with_repair(problem: Problem, program: Program, lang: str) -> Problem:
    """What a stand-in refused, with a program that does without it."""
    repair = problem.repair or repair_of(problem.code, problem.message, program)
    if repair and problem.code == "missing_package":
        return ProgramError("missing_pictures", span=problem.span, lang=lang, repair=repair).problem
    return replace(problem, repair=repair)


def _kind(error: BaseException) -> str:
    return str(type.__getattribute__(type(error), "__name__"))[:80]


def text_of(error: BaseException) -> str:
    """The exception's text, '' when asking for it fails."""
    try:
        return str(error)[:_TEXT].encode("utf-8", "backslashreplace").decode()
    except BaseException:
        return ""


def _fault(
    error: BaseException, program: Program, lang: str, culprit: tuple[str, int] | None
) -> Problem:
    text, kind = text_of(error), _kind(error)
    found = user_frames(error.__traceback__)
    lines = split_lines(program.code if program.places else program.source)
    span = program.at(found[-1][1]) if found else None
    code = code_of(_known_kind(error), text)
    words: dict[str, Any] = {"kind": kind, "text": text.split("\n")[0][:300]}
    words |= {"line": span.line if span else 0, "name": "", "near": ""}
    code = _fill(code, words, text, program, culprit)
    frames = [_frame(name, place, lines) for name, place in found[-_FRAMES:]]
    repair = reshaped_target(text, program, span)
    repair = repair or repair_of(code, text, program)
    if code == "undefined_name" and program.language == "torch":
        repair = with_example(str(words["name"]), program.code)
        code = "undefined_name_tensor" if repair else code
    return ProgramError(code, span=span, lang=lang, frames=frames, repair=repair, **words).problem


def repair_of(code: str, text: str, program: Program) -> str | None:
    """The program that runs here instead, where one is known."""
    if program.language != "torch":
        return None
    if code == "device_unavailable":
        return on_cpu(program.source)
    if code == "missing_argument":
        return with_defaults(program.source)
    if code == "missing_package" and "torchvision" in text:
        return with_random_pictures(program.source)
    return None


def reshaped_target(text: str, program: Program, span: Span | None) -> str | None:
    """The source with `loss(out, target)` as `loss(out, target.reshape(out.shape))`, where torch
    refused the target's shape: it once accepted such targets, and old tutorials still have them."""
    if not text.startswith("Using a target size") or span is None or span.line != span.end_line:
        return None
    lines = program.source.split("\n")
    line = lines[span.line - 1]
    call = re.fullmatch(r"(.+\()(\w+), (\w+)\)", line[span.column : span.end_column])
    if call is None or program.language != "torch":
        return None
    fixed = f"{call[1]}{call[2]}, {call[3]}.reshape({call[2]}.shape))"
    lines[span.line - 1] = line[: span.column] + fixed + line[span.end_column :]
    return "\n".join(lines)


def _known_kind(error: BaseException) -> str:
    """The nearest built-in type's name, so that subclasses follow their parent's rule."""
    return next((t.__name__ for t in type(error).__mro__ if t.__module__ == "builtins"), "")


def _fill(
    code: str,
    words: dict[str, object],
    text: str,
    program: Program,
    culprit: tuple[str, int] | None,
) -> str:
    """Words for the code's sentences; the code itself may become more exact."""
    quoted = re.findall(r"'([^']*)'", text)
    if code == "shape_mismatch":
        shapes = shapes_of(text)
        words |= {"left": shapes[0], "right": shapes[1]} if shapes else {}
        return code if shapes else "shape_refused"
    if code == "inplace_modified" and culprit:
        words |= {"op": culprit[0], "where": culprit[1]}
        return "inplace_modified_by"
    if code in ("undefined_name", "missing_attribute") and quoted:
        words["name"] = quoted[-1] if code == "missing_attribute" else quoted[0]
        if near := _near(str(words["name"]), program.code):
            words["near"] = near
            return f"{code}_near"
    if code == "missing_package":
        words |= {"name": quoted[0] if quoted else text[:60], "path": ""}
    return code


def _near(name: str, code: str) -> str | None:
    known = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
    known |= {n.attr for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Attribute)}
    known |= {"backward", "requires_grad", "reshape", "detach", "matmul", "sigmoid", "softmax"}
    found = difflib.get_close_matches(name, sorted(known - {name}), 1, 0.7)
    return found[0] if found else None


def _frame(name: str, place: Span, lines: list[str]) -> str:
    text = lines[place.line - 1].strip() if place.line <= len(lines) else ""
    return f"line {place.line}, in {name}: {text}"
