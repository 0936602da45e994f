"""A Scene with its run's derivation in; slides that write it out line by line, out."""

from __future__ import annotations

from typing import NamedTuple

from app.explanations import Derivation
from app.export.deck.base import Base
from app.export.deck.formula import Drawn, add_formula, drawn
from app.export.deck.notes import chosen, notes_text
from app.export.deck.place import PX, Area
from app.export.deck.shapes import FIRST
from app.export.deck.slide import Caption, add_notes, add_slide, caption, draw_on, move
from app.export.deck.timing import Effect, timing
from app.export.formats import Report
from app.export.scene import Scene
from app.words import say

#: formulas a deck writes out; px between two of them; the smallest a wide one is set
LINES, GAP, LEAST = 36, 16.0, 0.45
#: px a formula is taken to need where it cannot be typeset
GUESS = (600.0, 40.0)


class Row(NamedTuple):
    """One line: its LaTeX, its picture, its size in EMU."""

    latex: str
    picture: Drawn | None
    scale: float
    width: float
    height: float


def add_derivation(base: Base, scene: Scene, report: Report) -> None:
    """As many slides as the lines need; a click brings each line."""
    derivation = scene.derivation
    if derivation is None or not (derivation.steps or derivation.closed):
        return
    rows = [_row(base, latex) for latex in _lines(derivation)]
    pages = _pages(rows, base.area.height)
    gone = _left_out(derivation)
    for k, page in enumerate(pages, start=1):
        is_last = k == len(pages)
        fine = [*(derivation.notes if is_last and not gone else [])]
        if gone and is_last:
            fine.append(say("deck.lines_left_out", scene.how.lang, count=gone))
        _page(base, scene, page, (k, len(pages)), " · ".join(fine))
        report(k, len(pages))


def _lines(derivation: Derivation) -> list[str]:
    """Closed forms come last, and always."""
    closed = [form.latex for form in derivation.closed][: LINES // 3]
    steps = [f"{step.latex} {step.numbers}".strip() for step in derivation.steps]
    return [*steps[: LINES - len(closed)], *closed]


def _left_out(derivation: Derivation) -> int:
    whole = len(derivation.steps) + len(derivation.closed) + derivation.left_out
    return whole - len(_lines(derivation))


def _row(base: Base, latex: str) -> Row:
    picture = drawn(latex, base.palette.theme.ink)
    wide, high = (picture.width, picture.height) if picture else GUESS
    scale = max(LEAST, min(1.0, base.foot.width / PX / wide))
    return Row(latex, picture, scale, wide * scale * PX, high * scale * PX)


def _pages(rows: list[Row], room: float) -> list[list[Row]]:
    pages: list[list[Row]] = [[]]
    used = 0.0
    for row in rows:
        if pages[-1] and used + row.height > room:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += row.height + GAP * PX
    return pages


def _page(base: Base, scene: Scene, rows: list[Row], number: tuple[int, int], fine: str) -> None:
    lang = scene.how.lang
    title = say("deck.derivation", lang, title=scene.title)
    title += f" ({number[0]}/{number[1]})" if number[1] > 1 else ""
    slide = add_slide(base, title, caption(base, Caption(fine=fine), lang))
    y, shapes, clicks = base.area.y, [], []
    for spid, row in enumerate(rows, start=FIRST):
        wide = min(row.width, base.foot.width)
        place = Area(base.foot.x, y, wide, row.height)
        shapes.append(
            add_formula(slide, spid, row.latex, row.picture, place, row.scale, base.palette, lang)
        )
        clicks.append([Effect("enter", spid)])
        y += row.height + GAP * PX
    draw_on(slide, shapes)
    move(slide, *([timing(clicks[1:])] if clicks[1:] else []))
    lines = "\n".join(row.latex for row in rows)
    add_notes(slide, notes_text(f"{lines}\n\n{chosen(scene)}"))
