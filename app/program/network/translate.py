"""A network's text and the values of its controls in; its code, places, controls and form, out."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from app.errors import Problem, ProgramError
from app.graph import Part, Span
from app.program.network.bare import bare
from app.program.network.calls import GUESSES
from app.program.network.code import NetworkCode
from app.program.network.config import Config, config
from app.program.network.gpt import gpt
from app.program.network.layered import Controls, layered
from app.program.network.line import Layer, layers
from app.program.network.recognise import is_bare, is_config, is_network
from app.program.network.written import written
from app.program.paste import split_lines

#: a control that this network has no use for is left alone: the page keeps them while text changes
CONTROLS = {"batch", "sequence", "image", "tied", "shrink"}


def read_network(source: str, inputs: dict[str, Any], lang: str = "en") -> NetworkCode:
    """Raises ProgramError with the exact place."""
    if not is_network(source) and (repair := written(source)):
        rows = split_lines(source)
        span = Span(line=1, column=0, end_line=len(rows), end_column=len(rows[-1]))
        raise ProgramError("layers_written", span=span, lang=lang, repair=repair, text=repair)
    controls = Controls(inputs, lang)
    entries = bare(source) if is_bare(source) else None
    if entries or is_config(source) or "{" in source or "(" in source:
        given = config(entries or source, lang, source if entries else "")
        lines, notes = gpt(given, controls, lang)
        parts = _fields(given, split_lines(source))
    else:
        try:
            found = layers(source, lang)
        except ProgramError as error:
            error.problem = replace(error.problem, repair=with_kernel(error.problem, source))
            raise
        if not found:
            raise ProgramError("empty_program", lang=lang)
        try:
            lines, notes = layered(found, controls, lang)
        except ProgramError as error:
            error.problem = replace(error.problem, repair=fitted(error.problem, found, source))
            raise
        rows = split_lines(source)
        parts = [_row(layer, rows) for layer in found]
    if unknown := set(inputs) - set(controls) - CONTROLS:
        raise ProgramError("unknown_input", lang=lang, name=sorted(unknown)[0])
    code = "\n".join(line.text for line in lines) + "\n"
    return NetworkCode(code, [line.span for line in lines], dict(controls), parts, notes)


def fitted(problem: Problem, given: list[Layer], source: str) -> str | None:
    """The line with an input for its first layer, or without the size that does not fit."""
    if problem.code == "layer_needs_input" and given[0].kind in GUESSES:
        return f"{GUESSES[given[0].kind]} → {source.lstrip()}"
    if problem.code != "layer_from" or problem.span is None:
        return None
    rows = split_lines(source)
    at = problem.span
    row = rows[at.line - 1]
    layer = re.sub(r"\d+\s*(?:→|-+>|=+>|⟶|➔|>)\s*", "", row[at.column : at.end_column])
    rows[at.line - 1] = row[: at.column] + layer + row[at.end_column :]
    return "\n".join(rows)


def with_kernel(problem: Problem, source: str) -> str | None:
    """conv 8 3x3 as conv 8 k3."""
    at, rows = problem.span, split_lines(source)
    if problem.code != "layer_dims" or at is None:
        return None
    side = re.fullmatch(r"(\d+)\s*[x×*]\s*\1", rows[at.line - 1][at.column : at.end_column])
    if side is None:
        return None
    row = rows[at.line - 1]
    rows[at.line - 1] = f"{row[: at.column]}k{side[1]}{row[at.end_column :]}"
    return "\n".join(rows)


def _fields(given: Config, rows: list[str]) -> list[Part]:
    found = []
    for key, entry in given.entries.items():
        found.append(Part(kind="value", name=key, text=_at(rows, entry.at), span=entry.at))
    return found


def _row(layer: Layer, rows: list[str]) -> Part:
    return Part(kind="layer", name=layer.kind, text=_at(rows, layer.span), span=layer.span)


def _at(rows: list[str], span: Span) -> str:
    lines = rows[span.line - 1 : span.end_line]
    if span.line == span.end_line:
        return lines[0][span.column : span.end_column]
    return " ".join([lines[0][span.column :], *lines[1:-1], lines[-1][: span.end_column]])
