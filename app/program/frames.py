"""A running stack or a traceback in; the places in the user's program, out."""

from __future__ import annotations

import itertools
import sys
from types import CodeType, TracebackType

from app.graph import Span
from app.program.value import FILENAME


def here() -> Span | None:
    """Where the user's program is right now."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == FILENAME:
            return span_at(frame.f_code, frame.f_lasti)
        frame = frame.f_back  # type: ignore[assignment]
    return None


def span_at(code: CodeType, instruction: int) -> Span | None:
    """The source range of one instruction."""
    place = next(itertools.islice(code.co_positions(), max(instruction, 0) // 2, None), None)
    if place is None or any(number is None for number in place):
        return None
    line, end_line, column, end_column = place
    return Span(
        line=line or 1, column=column or 0, end_line=end_line or 1, end_column=end_column or 0
    )


def user_frames(traceback: TracebackType | None) -> list[tuple[str, Span]]:
    """(function name, place) of each of the user's frames, outermost first."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == FILENAME:
            span = span_at(code, traceback.tb_lasti)
            line = traceback.tb_lineno or 1
            found.append(
                (code.co_name, span or Span(line=line, column=0, end_line=line, end_column=0))
            )
        traceback = traceback.tb_next
    return found
