"""The vocabulary of a Picture: marks with places and roles, and the steps that change them."""

from __future__ import annotations

from typing import Literal

from app.graph import Struct

Role = Literal[
    "scope",  # rounded box around a module, function or loop
    "scope-label",
    "card",  # a node's body
    "symbol",  # the op's sign on its card
    "name",  # the variable's name on its card
    "value",  # the value line of a card
    "gradient",  # the gradient line of a card
    "due",  # badge: how many contributions a waiting node still lacks
    "sum",  # the visible sum at a fan-out: 2.0 + 3.0 = 5.0
    "edge",  # the path
    "arrowhead",
    "contribution",  # pill on an edge: what it carried backwards
    "thumb",  # small heatmap of a value (`n3.thumb`) or a gradient (`n3.gradient_thumb`)
]
#: hidden: not drawn yet. waiting: drawn, pale. active: this step is about it. done: has its number.
Phase = Literal["hidden", "waiting", "active", "done"]
PassKind = Literal["forward", "backward", "update"]


class Mark(Struct, frozen=True, kw_only=True):
    """One thing drawn. Boxes in px from the top left; `path` is SVG path data (edges, arrowheads).

    Ids are `n3.card`, `n3.value`, `e4.edge`, `e4.contribution`, `s1.scope` … `tone` is the sign of
    the number a text shows (-1, 0, 1) or null; `kind` is the node's or scope's kind; `alt` is the
    sentence a screen reader says for a card or edge.

    `levels` are a heatmap's rows, spread evenly over the box: 1…8 positive, −1…−8 negative, 0 near
    zero, ±9 infinite, null NaN; `picture.thumbs.blocks` gives them as coloured rectangles."""

    id: str
    role: Role
    x: float
    y: float
    width: float
    height: float
    node: str | None = None
    edge: str | None = None
    scope: str | None = None
    kind: str = ""
    path: str | None = None
    text: str | None = None
    size: float = 13
    anchor: Literal["start", "middle", "end"] = "middle"
    bold: bool = False
    tone: int | None = None
    alt: str | None = None
    levels: list[list[int | None]] | None = None


class Change(Struct, frozen=True, kw_only=True):
    """What a step does to one mark; null leaves the phase or the text as it was."""

    mark: str
    phase: Phase | None = None
    text: str | None = None
    tone: int | None = None


class PictureStep(Struct, frozen=True, kw_only=True):
    """One step of the whole timeline. Step 0 is before anything ran; the last is the end.

    `flows` are the pulses of this step: forward along the edge, backward against it, each with the
    number it carries. `line` is the source line it belongs to, `text` the sentence for the transport.
    """

    kind: PassKind
    pass_index: int
    node: str | None
    edges: list[str]
    text: str
    line: int | None
    changes: list[Change]
    flows: list[tuple[str, str]] = []


class Picture(Struct, frozen=True, kw_only=True):
    """A flat list of marks, back to front, and the steps that play over them. Sizes in px."""

    width: float
    height: float
    marks: list[Mark]
    steps: list[PictureStep]
    #: what was folded or left out, said on screen; empty when everything is drawn
    abridged: str = ""
