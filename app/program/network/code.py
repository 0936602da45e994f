"""Lines of torch code, each with the place in the pasted text it stands for."""

from __future__ import annotations

from typing import NamedTuple

from app.graph import Diagnostic, Nested, Part, Span


class Line(NamedTuple):
    """One line of the code and what it stands for."""

    text: str
    span: Span


class NetworkCode(NamedTuple):
    """The torch text, where each of its lines comes from, the controls and their values, and the
    parts a form shows."""

    code: str
    places: list[Span]
    inputs: dict[str, Nested]
    parts: list[Part]
    notes: list[Diagnostic]
