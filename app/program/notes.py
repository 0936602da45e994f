"""A code, a place and words in; the note the reader of the page gets, out."""

from __future__ import annotations

from app.graph import Diagnostic, Span
from app.words import say


def note(code: str, span: Span, lang: str, **words: object) -> Diagnostic:
    """`note.CODE` and `note.CODE.hint` of the catalogue."""
    return Diagnostic(
        code=code,
        severity="note",
        node=None,
        span=span,
        message=say(f"note.{code}", lang, **words),
        hint=say(f"note.{code}.hint", lang, **words),
    )
