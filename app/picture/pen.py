"""How a picture is to be drawn: colours, the pass whose marks are lit, what is chosen, how text is
written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal
from xml.sax.saxutils import escape

from app.picture.marks import Mark
from app.picture.theme import Theme
from app.picture.timeline import State

Anchor = Literal["start", "middle", "end"]
#: (x, baseline y, text, size in px, colour, bold, anchor) → SVG
Letters = Callable[[float, float, str, float, str, bool, Anchor], str]


def clean(text: str) -> str:
    """Without the characters XML forbids."""
    return "".join(c for c in text if c.isprintable() or c == " ")


def as_text(
    x: float, y: float, text: str, size: float, colour: str, bold: bool, anchor: Anchor
) -> str:
    """A <text> element, whose font the viewer must have."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{weight}'
        f' text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Pen:
    """`now` is the kind of the pass that lights active marks, empty for none. `selected` is a
    node's or edge's id, `root` a node's. `prefix` keeps ids apart where pictures share a page."""

    theme: Theme
    now: str = ""
    selected: str | None = None
    root: str | None = None
    prefix: str = ""
    letters: Letters = as_text

    def is_active(self, now: State) -> bool:
        """Whether a mark is lit in the colour of the pass."""
        return bool(self.now) and now.phase == "active"

    def is_selected(self, mark: Mark) -> bool:
        """Whether a card or an edge is the chosen one."""
        return self.selected is not None and self.selected in (mark.node, mark.edge)

    def text(
        self,
        x: float,
        y: float,
        text: str | None,
        size: float,
        colour: str,
        bold: bool = False,
        anchor: Anchor = "middle",
    ) -> str:
        """One line of text, without the characters XML forbids."""
        return self.letters(x, y, clean(text or ""), size, colour, bold, anchor)
