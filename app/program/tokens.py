"""A line of mathematics in; its tokens with their places, out."""

from __future__ import annotations

from typing import NamedTuple

from app.errors import ProgramError
from app.graph import Span

SUPER = {c: d for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
SUBS = {c: d for c, d in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
SAME = {"·": "*", "×": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "{": "("}
SAME["}"] = ")"


class Token(NamedTuple):
    """kind: number, name, op, super (a raised number), transpose, newline or end."""

    kind: str
    text: str
    line: int
    column: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(
            line=self.line, column=self.column, end_line=self.line, end_column=max(self.end, 1)
        )


def tokens_of(source: str, lang: str) -> list[Token]:
    """All tokens, with a newline token after each statement; comments (# and //) left out."""
    found: list[Token] = []
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        before = len(found)
        _line(line, number, found, lang)
        if len(found) > before:
            found.append(Token("newline", "", number, len(line), len(line)))
    found.append(Token("end", "", source.count("\n") + 1, 0, 0))
    return found


def _line(text: str, number: int, found: list[Token], lang: str) -> None:
    at = 0
    while at < len(text):
        c = text[at]
        if c.isspace() or c in "\u200b\ufeff":
            at += 1
            continue
        if c == "#" or text.startswith("//", at):
            return
        kind, value, end = _one(text, at)
        if not kind:
            span = Span(line=number, column=at, end_line=number, end_column=at + 1)
            raise ProgramError("unexpected_character", span=span, lang=lang, text=c)
        found.append(Token(kind, value, number, at, end))
        at = end


def _one(text: str, at: int) -> tuple[str, str, int]:
    c = text[at]
    if c.isascii() and (c.isdigit() or (c == "." and text[at + 1 : at + 2].isdigit())):
        return _number(text, at)
    if c in SUPER:
        end = at
        while end < len(text) and text[end] in SUPER:
            end += 1
        return "super", "".join(SUPER[x] for x in text[at:end]), end
    if c in "ᵀ′":
        return ("transpose", c, at + 1) if c == "ᵀ" else ("", c, at + 1)
    if c == "√":
        return "name", "sqrt", at + 1
    if c.isalpha() or c == "_":
        return _name(text, at)
    if text.startswith("**", at):
        return "op", "^", at + 2
    if text.startswith("‖", at):
        return "op", "‖", at + 1
    c = SAME.get(c, c)
    if c in "+-*/^()[],=@|:;.":
        return "op", c, at + 1
    return "", c, at + 1


def _number(text: str, at: int) -> tuple[str, str, int]:
    end = at
    while end < len(text) and ((text[end].isdigit() and text[end].isascii()) or text[end] == "."):
        end += 1
    if end < len(text) and text[end] in "eE":
        tail = end + 1
        if tail < len(text) and text[tail] in "+-":
            tail += 1
        if tail < len(text) and text[tail].isdigit():
            while tail < len(text) and text[tail].isdigit():
                tail += 1
            end = tail
    return "number", text[at:end], end


def _name(text: str, at: int) -> tuple[str, str, int]:
    end = at
    while end < len(text) and (
        (text[end].isalnum() and text[end] not in SUPER) or text[end] == "_" or text[end] in SUBS
    ):
        if text[end] == "ᵀ":
            break
        end += 1
    if text[end : end + 1] == "'" or text[end : end + 1] == "′":
        end += 1
    return "name", text[at:end], end
