"""Lines of text with px places in; DrawingML paragraphs whose baselines fall there, out."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from app.export.deck.place import Fit
from app.picture.marks import Mark

#: with exact spacing, PowerPoint puts the baseline this far down a line
ASCENT = 0.8
#: characters of any one text on a slide
LONGEST = 4000


class Run(NamedTuple):
    """A stretch of text in one look; `fill` is a DrawingML fill, `size` px."""

    text: str
    size: float
    fill: str
    bold: bool = False


class Line(NamedTuple):
    """One line: runs at the left, then runs at the right of a tab stop; `baseline` in px from the
    top of the shape."""

    runs: list[Run]
    right: list[Run]
    baseline: float
    size: float
    middle: bool = False


def clean(text: str) -> str:
    """Without what XML forbids or a slide cannot show: control and format characters, halves of
    pairs; line breaks stay."""
    return "".join(c for c in text[:LONGEST] if c.isprintable() or c == "\n")


def attribute(text: str) -> str:
    """A quoted attribute value of one line."""
    return quoteattr(clean(text).replace("\n", " "))


def lines_of(marks: list[Mark], top: float) -> list[list[Mark]]:
    """A card's text marks by line, from the top."""
    found: dict[float, list[Mark]] = {}
    for mark in marks:
        found.setdefault(round(mark.y - top, 1), []).append(mark)
    return [found[y] for y in sorted(found)]


def spacings(lines: list[Line], above: float = 0.0) -> tuple[float, list[float]]:
    """The inset above the first line and every line's height, px, for these baselines, where
    `above` px are kept free by the shape itself."""
    heights = [min(lines[0].size * 1.35, (lines[0].baseline - above) / ASCENT)] if lines else []
    for before, line in pairwise(lines):
        step = line.baseline - before.baseline
        heights.append(max(1.0, (step - (1 - ASCENT) * heights[-1]) / ASCENT))
    first = lines[0].baseline - ASCENT * heights[0] if lines else 0.0
    return max(0.0, first - above), heights


def paragraphs(
    lines: list[Line], fit: Fit, tab: float, lang: str, above: float = 0.0
) -> tuple[float, str]:
    """(inset above, px; the paragraphs); `tab` is the right tab stop, px from the text's left."""
    inset, heights = spacings(lines, above)
    parts = []
    for line, height in zip(lines, heights):
        align = "ctr" if line.middle else "l"
        stop = ""
        if line.right and not line.middle:
            stop = f'<a:tabLst><a:tab pos="{fit.size(tab)}" algn="r"/></a:tabLst>'
        look = (
            f'<a:pPr algn="{align}"><a:lnSpc><a:spcPts val="{fit.points(height)}"/></a:lnSpc>'
            f"{stop}</a:pPr>"
        )
        runs = [run(one, fit, lang) for one in line.runs if one.text]
        if line.right:
            between = Run("\t" if not line.middle else " ", line.size, line.right[0].fill)
            runs += [run(between, fit, lang), *(run(one, fit, lang) for one in line.right)]
        end = "" if runs else f'<a:endParaRPr lang="{lang}" sz="{fit.letter(line.size)}"/>'
        parts.append(f"<a:p>{look}{''.join(runs)}{end}</a:p>")
    return inset, "".join(parts)


def run(one: Run, fit: Fit, lang: str) -> str:
    """One run; the font is the theme's."""
    bold = ' b="1"' if one.bold else ""
    text = one.text if one.text == "\t" else escape(clean(one.text))
    look = f'<a:rPr lang="{lang}" sz="{fit.letter(one.size)}"{bold} dirty="0">{one.fill}</a:rPr>'
    return f"<a:r>{look}<a:t>{text}</a:t></a:r>"
