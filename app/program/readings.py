"""Pasted text in; the texts it may be meant as, likeliest first, each knowing where it came from, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.graph import Span
from app.program.paste import Line, Paste, from_first_line, paste, plain, prompted, spaced
from app.program.prose import prose_lines


class Reading(NamedTuple):
    """A text to try, and the code and place of the note of what it leaves out."""

    paste: Paste
    note: str = ""
    span: Span | None = None


def readings(source: str) -> Iterator[Reading]:
    """The text as it is first, then ever freer readings of what Python cannot read."""
    first = paste(source)
    diff = Reading(first, "diff_old", _span(first.lines, 0)) if first.is_diff else Reading(first)
    second = plain(first)
    yield diff
    yield diff._replace(paste=second)
    if any("\t" in line.text for line in second.lines):
        yield from (diff._replace(paste=spaced(second, width)) for width in (8, 4))
    yield diff._replace(paste=from_first_line(second))
    if any(line.text.lstrip().startswith(">>>") for line in second.lines):
        yield Reading(plain(prompted(first)))
    prose = prose_lines([line.text for line in second.lines])
    if prose:
        kept = [
            line.cut(0, 0) if place in prose else line for place, line in enumerate(second.lines)
        ]
        yield Reading(plain(Paste(kept)), "prose_left", _span(first.lines, prose[0]))


def _span(lines: list[Line], place: int) -> Span:
    end = lines[place].columns[-1]
    return Span(line=place + 1, column=0, end_line=place + 1, end_column=end)
