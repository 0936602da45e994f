"""Tokens that stand once in a text but mean several terms in; a place of its own for each term, and
the place in the text it goes back to, out.

Names and graph nodes are found by place. The terms written out of one sum would all share theirs, so
each further term stands far to the right of the one before until everything has found its name."""

from __future__ import annotations

from app.graph import Span
from app.program.math_tokens import Token

#: columns no line of a text reaches; 4,000 of them still fit a column of Python's syntax trees
APART = 400_000


def copied(tokens: list[Token], number: int) -> list[Token]:
    """The same tokens `number` places further on."""
    shift = number * APART
    return [token._replace(column=token.column + shift, end=token.end + shift) for token in tokens]


def width(tokens: list[Token]) -> int:
    """How many places tokens take, sums within them counted."""
    return 1 + max(token.column // APART for token in tokens)


def home(span: Span) -> Span:
    """The place in the text."""
    return Span(
        line=span.line,
        column=span.column % APART,
        end_line=span.end_line,
        end_column=span.end_column % APART,
    )
