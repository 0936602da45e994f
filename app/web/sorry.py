"""A problem in; a picture that says it where a picture was expected, out."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

from app.errors import Problem
from app.export.outlines import as_paths
from app.export.raster import png_of
from app.picture.measure import fitted, width
from app.picture.pen import Anchor, clean
from app.picture.theme import THEMES, Theme

#: px
WIDE, MARGIN, TOP, LEADING = 640.0, 36.0, 56.0, 1.42
MESSAGE, HINT, CODE = 20.0, 15.0, 12.5
#: lines of a message or hint at most
LINES = 5
#: characters of a problem that are drawn
LONGEST = 600
Kind = Literal["svg", "png"]


def picture_of(problem: Problem, theme: str, kind: Kind) -> bytes:
    """A card with the message, what to do next, and the code; text as outlines."""
    place = f"{problem.span.line}:{problem.span.column}" if problem.span else ""
    said = (problem.message[:LONGEST], problem.hint[:LONGEST], problem.code, place)
    return _drawn(*said, theme if theme in THEMES else "light", kind)


@lru_cache(maxsize=200)
def _drawn(message: str, hint: str, code: str, place: str, theme: str, kind: Kind) -> bytes:
    colours = THEMES[theme]
    marks, y = [], TOP
    for text, size, colour, bold in (
        (message, MESSAGE, colours.ink, True),
        (hint, HINT, colours.soft, False),
    ):
        for line in wrapped(text, size, WIDE - 2 * MARGIN, bold):
            marks.append(_line(line, MARGIN, y, size, colour, bold, "start"))
            y += size * LEADING
        y += 8
    y += 10
    label = f"{code}  {place}".strip()
    marks.append(_line(label, MARGIN, y, CODE, colours.red, False, "start"))
    marks.append(_line("Gradreel", WIDE - MARGIN, y, CODE, colours.soft, True, "end"))
    svg = _sheet("".join(marks), y + 30, f"{message} {hint}", colours)
    return png_of(svg) if kind == "png" else svg.encode()


def _sheet(marks: str, high: float, words: str, colours: Theme) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE:g}" height="{high:.0f}"'
        f' viewBox="0 0 {WIDE:g} {high:.0f}" role="img"><title>{escape(clean(words))}</title>'
        f'<rect x="1" y="1" width="{WIDE - 2:g}" height="{high - 2:.0f}" rx="14"'
        f' fill="{colours.card}" stroke="{colours.edge}"/>'
        f'<rect x="1" y="22" width="4" height="{high - 44:.0f}" fill="{colours.red}"/>{marks}</svg>'
    )


def _line(
    text: str, x: float, y: float, size: float, colour: str, bold: bool, anchor: Anchor
) -> str:
    return as_paths(x, y, clean(text), size, colour, bold, anchor)


def wrapped(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """Lines no wider than `room` px; words that are wider are cut, as is what LINES do not hold."""
    lines = [""]
    for word in clean(text.replace("\n", " ")).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, size, bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1] + "…"]
    return [fitted(line, size, room, bold) for line in lines]
