"""The vocabulary of a Layout: places of cards, edges and scopes, in px from the top left."""

from __future__ import annotations

from app.graph import Struct


class Box(Struct, frozen=True, kw_only=True):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


class Route(Struct, frozen=True, kw_only=True):
    """An edge: SVG path data, the centre of its label, and its tip with the direction it points."""

    path: str
    label: tuple[float, float] | None
    tip: tuple[float, float]
    direction: tuple[float, float]


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be laid out: sizes only, never text.

    cards: (id, width, height, scope). links: (id, source, target, label width). scopes: (id, parent).
    `down` flows from top to bottom (narrow screens) instead of left to right; `tight` leaves
    less room between ranks. Cards in `first` stand before all others, those in `last` after them."""

    cards: list[tuple[str, float, float, str | None]]
    links: list[tuple[str, str, str, float]]
    scopes: list[tuple[str, str | None]]
    down: bool = False
    tight: bool = False
    first: list[str] = []
    last: list[str] = []


class Layout(Struct, frozen=True, kw_only=True):
    """Where everything goes, for one fold state. A scope has a box in every row it stands in."""

    cards: dict[str, Box]
    routes: dict[str, Route]
    scopes: dict[str, list[Box]]
    width: float
    height: float
