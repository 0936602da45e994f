"""An exception of the user's run in; a Problem in plain words, with only their frames, out."""

from __future__ import annotations

import ast
import difflib
import re
import sys
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from app.errors import GradreelError, Problem, ProgramError
from app.graph import Span
from app.program.example import with_example, with_values
from app.program.fault_rules import code_of, layer_sizes, shapes_of
from app.program.frames import user_frames
from app.program.mends import Looped, mended_at, near_keyword, resized
from app.program.models import with_model
from app.program.network.sklearn import with_layers
from app.program.paste import split_lines
from app.program.repairs import on_cpu, with_defaults, with_random_pictures
from app.program.samples import in_torch
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
    if problem.code.startswith("missing_") and program.language == "torch":
        for code, mend in INSTEAD.items():
            if repair := mend(program.source, problem.message):
                return ProgramError(code, span=problem.span, lang=lang, repair=repair).problem
    repair = problem.repair or repair_of(problem.code, problem.message, program)
    return replace(problem, repair=repair)


def _of_torchvision(mend: Callable[[str], str | None]) -> Callable[[str, str], str | None]:
    return lambda source, told: mend(source) if "torchvision" in told else None


#: what is told where a package is absent and something can take its place
INSTEAD: dict[str, Callable[[str, str], str | None]] = {
    "missing_network": lambda source, told: with_layers(source) if "sklearn" in told else None,
    "missing_model": _of_torchvision(with_model),
    "missing_pictures": _of_torchvision(with_random_pictures),
    "missing_library": lambda source, _: in_torch(source),
}


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
    words: dict[str, Any] = {"kind": kind, "text": text.split("\n")[0][:300].rstrip(".")}
    words |= {"line": span.line if span else 0, "name": "", "near": ""}
    code = _fill(code, words, error, text, program, culprit)
    frames = [_frame(name, place, lines) for name, place in found[-_FRAMES:]]
    code, repair = _mended(code, words, text, program, span)
    return ProgramError(code, span=span, lang=lang, frames=frames, repair=repair, **words).problem


def _mended(
    code: str, words: dict[str, Any], text: str, program: Program, span: Span | None
) -> tuple[str, str | None]:
    """The code, which may become more exact, and the program without the fault, where one is known."""
    if program.language != "torch":
        return code, None
    if code.startswith("undefined_name") and _is_another(str(words["name"]), str(words["near"])):
        if values := with_values(str(words["name"]), program.code):
            return "undefined_name_value", values
        if example := with_example(str(words["name"]), program.code):
            return "undefined_name_tensor", example
    if code == "freed_graph" and span and program.code == program.source:
        looped = Looped(program.source, span.line)
        if looped.repeats:
            return "freed_graph_loop", looped.detached()
    if code == "shape_layer":
        return code, resized(
            program.source, **{k: str(words[k]) for k in ("layer", "takes", "given", "gives")}
        )
    repair = reshaped_target(text, program, span) or repair_of(code, text, program)
    return code, repair or mended_at(code, program.source, span, str(words["near"]))


def _is_another(name: str, near: str) -> bool:
    """Whether a name is not a slip for the one most like it: tensor1d is not tensor2d."""
    return not near or re.sub(r"\d", "", name) == re.sub(r"\d", "", near)


def repair_of(code: str, text: str, program: Program) -> str | None:
    """The program that runs here instead, where one is known."""
    if program.language != "torch":
        return None
    if code == "device_unavailable":
        return on_cpu(program.source)
    if code == "missing_argument":
        return with_defaults(program.source)
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
    error: BaseException,
    text: str,
    program: Program,
    culprit: tuple[str, int] | None,
) -> str:
    """Words for the code's sentences; the code itself may become more exact."""
    quoted = re.findall(r"'([^']*)'", text)
    if code == "shape_mismatch":
        shapes = shapes_of(text)
        if sizes := layer_sizes(error, text):
            words |= sizes._asdict()
            return "shape_layer"
        words |= {"left": shapes[0], "right": shapes[1]} if shapes else {}
        return code if shapes else "shape_refused"
    if code == "inplace_modified" and culprit:
        words |= {"op": culprit[0], "where": culprit[1]}
        return "inplace_modified_by"
    if code in ("unbound_local", "wrong_keyword") and quoted:
        words["name"] = quoted[-1] if code == "wrong_keyword" else quoted[0]
    if code == "wrong_keyword" and (near := near_keyword(str(words["name"]))):
        words["near"] = near
        return "wrong_keyword_near"
    if code in ("undefined_name", "missing_attribute") and quoted:
        words["name"] = quoted[-1] if code == "missing_attribute" else quoted[0]
        if near := _near(str(words["name"]), program.code, error):
            words["near"] = near
            return f"{code}_near"
    if code == "missing_package":
        words |= {"name": quoted[0] if quoted else text[:60], "path": ""}
    return code


def _near(name: str, code: str, error: BaseException) -> str | None:
    """Among what the object has, or the program and its imports name."""
    if isinstance(error, AttributeError):
        known = set(dir(error.obj)) if error.obj is not None else _named_in(text_of(error))
    else:
        known = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
        known |= {n.arg for n in ast.walk(ast.parse(code)) if isinstance(n, ast.arg)}
        known |= {"torch", "print", "range", "len", "enumerate"}
    if same := [one for one in known if one.lower() == name.lower() and one != name]:
        return min(same)
    near = difflib.get_close_matches(name, sorted(known - {name}), 1, 0.7)
    return near[0] if near else None


def _named_in(text: str) -> set[str]:
    """What a module has that says itself what it lacks."""
    module = re.search(r"module '(torch[\w.]*)' has no attribute", text)
    return set(dir(sys.modules.get(module[1]))) if module else set()


def _frame(name: str, place: Span, lines: list[str]) -> str:
    text = lines[place.line - 1].strip() if place.line <= len(lines) else ""
    return f"line {place.line}, in {name}: {text}"
