"""Marks and their states in; native PowerPoint shapes as XML, out."""

from __future__ import annotations

from typing import NamedTuple

from app.export.deck.drawing import connector, outline, rounded, shape, text_box
from app.export.deck.heatmap import heatmap
from app.export.deck.palette import Palette
from app.export.deck.place import PX, Area, Fit
from app.export.deck.route import Connector
from app.export.deck.text import Line, Run, lines_of, paragraphs
from app.picture.cards import PAD
from app.picture.marks import Mark
from app.picture.measure import width
from app.picture.svg import RADIUS, ink_of, outline_of
from app.picture.timeline import State
from app.words import say

#: roles that are shapes of their own; the other marks are text or heads of these
SHAPES = frozenset({"scope", "card", "edge", "contribution", "due", "sum", "thumb"})
#: text of a card, and what is always in it
TEXTS = frozenset({"name", "symbol", "value", "gradient"})
#: a rounded rectangle keeps its text this share of its radius away from every side
CORNER = 0.29289
#: the first shape id of a mark; the placeholders' come before
FIRST = 100


class Look(NamedTuple):
    """What every mark of a slide is drawn with; the card of node `root`, and the one of the node
    `selected`, are outlined as on the screen."""

    palette: Palette
    fit: Fit
    lang: str
    root: str | None = None
    selected: str | None = None
    kind: str = "forward"
    seen: Area | None = None

    def outline(self, mark: Mark) -> tuple[str, float]:
        """The theme's name of the colour a card is outlined in, and how wide, px."""
        if mark.node is not None and mark.node == self.selected:
            return "blue", 2.6
        return outline_of(mark.kind, not self.is_plain(mark))

    def is_plain(self, mark: Mark) -> bool:
        """Whether a card's outline follows the pass that lights it: the root's and the selected
        one's stay."""
        return mark.node is None or mark.node not in (self.root, self.selected)


class Figure:
    """A picture's marks, joined as shapes: which texts belong to which card, which connector to
    which edge, and the id every shape has on every slide."""

    def __init__(self, marks: list[Mark], routes: dict[str, Connector]) -> None:
        self.marks = marks
        self.routes = routes
        self.ids = {mark.id: FIRST + k for k, mark in enumerate(marks)}
        self.alts = {mark.edge: mark.alt or "" for mark in marks if mark.role == "edge"}
        self.texts: dict[str, list[Mark]] = {}
        self.labels = {mark.id: mark for mark in marks if mark.role == "scope-label"}
        for mark in marks:
            if mark.role in TEXTS:
                self.texts.setdefault(mark.id.rpartition(".")[0], []).append(mark)

    @property
    def cards(self) -> dict[str, Mark]:
        """The card marks by id."""
        return {mark.id: mark for mark in self.marks if mark.role == "card"}

    def lines(self, card: Mark) -> list[list[Mark]]:
        """The card's text marks by line: a line is a paragraph of its shape."""
        return lines_of(self.texts.get(card.id.rpartition(".")[0], []), card.y)

    def draw(self, mark: Mark, states: dict[str, State], look: Look) -> str:
        """One mark as a shape, or nothing where it is hidden, empty, or part of another."""
        now = states[mark.id]
        if mark.role not in SHAPES or now.phase == "hidden":
            return ""
        if mark.role == "card":
            return self._card(mark, states, look)
        if mark.role == "edge":
            return self._edge(mark, now, look)
        if mark.role == "thumb":
            return heatmap(self.ids[mark.id], mark, look.fit, look.palette)
        if mark.role == "scope":
            return self._scope(mark, now, look)
        return floating(self.ids[mark.id], mark, now, look, self.alt(mark, now, look.lang))

    def alt(self, mark: Mark, now: State, lang: str) -> str:
        """What a screen reader says."""
        if mark.role == "contribution":
            edge = self.alts.get(mark.edge, "")
            return say("deck.alt_contribution", lang, value=now.text or "", edge=edge)
        if mark.role == "due":
            return say("deck.alt_due", lang, count=now.text or "")
        return mark.alt or now.text or ""

    def _card(self, mark: Mark, states: dict[str, State], look: Look) -> str:
        now, theme, fit = states[mark.id], look.palette.theme, look.fit
        pale, active = now.phase == "waiting", now.phase == "active"
        tone, wide = look.outline(mark)
        stroke, ground = getattr(theme, tone), theme.card
        if active:
            ground, wide = look.palette.wash(look.kind), max(wide, 2.4)
            stroke = look.palette.of_pass(look.kind) if look.is_plain(mark) else stroke
        dash = '<a:prstDash val="dash"/>' if mark.kind in ("constant", "buffer") else ""
        line = outline(look.palette.fill(stroke, pale), fit.size(wide), dash)
        radius = RADIUS.get(mark.kind, 12)
        away = CORNER * radius
        inset, body = self._text(mark, states, look, away)
        share = radius / max(1.0, min(mark.width, mark.height))
        return shape(
            self.ids[mark.id], mark.id, mark.alt or "", rounded(share),
            *box(mark, fit), look.palette.fill(ground, pale) + line + ("" if pale else _stack(mark, look)),
            text_box(body, fit, (PAD - away, inset, 0, 0)),
        )  # fmt: skip

    def _text(
        self, mark: Mark, states: dict[str, State], look: Look, above: float
    ) -> tuple[float, str]:
        lines = []
        for marks in self.lines(mark):
            runs = [(one, text_run(one, states[one.id], look)) for one in marks]
            left = [run for one, run in runs if one.anchor != "end" and run.text]
            right = [run for one, run in runs if one.anchor == "end" and run.text]
            first = marks[0]
            middle = first.anchor == "middle"
            lines.append(Line(left, right, first.y - mark.y, first.size, middle))
        return paragraphs(lines, look.fit, mark.width - 2 * PAD, look.lang, above)

    def _scope(self, mark: Mark, now: State, look: Look) -> str:
        theme, fit = look.palette.theme, look.fit
        label = self.labels.get(mark.id.replace(".scope", ".label"))
        inset, body = 0.0, ""
        if label is not None:
            text = Run(label.text or "", label.size, look.palette.fill(theme.soft), label.bold)
            line = Line([text], [], label.y - mark.y, label.size)
            inset, body = paragraphs([line], fit, 0, look.lang, CORNER * 16)
        place = clipped(mark, look.seen)
        x, y = fit.at(place.x, place.y)
        look_of = look.palette.fill(theme.scope) + outline(
            look.palette.fill(theme.line), fit.size(1)
        )
        return shape(
            self.ids[mark.id], mark.id, mark.alt or "", rounded(16 / min(place.width, place.height)),
            x, y, fit.size(place.width), fit.size(place.height), look_of,
            text_box(body, fit, (12 - CORNER * 16, inset, 0, 0)),
        )  # fmt: skip

    def _edge(self, mark: Mark, now: State, look: Look) -> str:
        route = self.routes.get(mark.id)
        if route is None:
            return ""
        theme = look.palette.theme
        active = now.phase == "active"
        stroke = look.palette.of_pass(look.kind) if active else theme.edge
        ids = (self.ids[route.cards[0]], self.ids[route.cards[1]])
        paint = look.palette.fill(stroke, now.phase == "waiting")
        return connector(self.ids[mark.id], mark, route, ids, look.fit, paint, active)


def floating(
    spid: int, mark: Mark, now: State, look: Look, alt: str, is_cover: bool = False
) -> str:
    """A contribution, a count of what is due, or a sum: text that stands on its own. `is_cover`
    says that it lies over an earlier one."""
    if not now.text:
        return ""
    theme, fit, palette = look.palette.theme, look.fit, look.palette
    bold = mark.bold or now.phase == "active"
    ink = palette.fill(ink_of(mark, theme, now.text))
    ground, geometry = palette.fill(theme.orange_wash), rounded(0.5)
    place = Area(mark.x, mark.y, mark.width, mark.height)
    if mark.role == "due":
        ink, ground = palette.fill(theme.card), palette.fill(theme.orange)
        geometry = '<a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>'
        place = Area(mark.x - 10, mark.y - 10, 20, 20)
    if mark.role == "sum":
        wide = width(now.text, mark.size, True) + 24
        ground = palette.fill(theme.card) if is_cover else "<a:noFill/>"
        place = Area(mark.x - wide / 2, mark.y - 14, wide, 20)
    line = Line([Run(now.text, mark.size, ink, bold)], [], 14.2, mark.size, middle=True)
    inset, body = paragraphs([line], fit, 0, look.lang, CORNER * 10)
    x, y = fit.at(place.x, place.y)
    size = (fit.size(place.width), fit.size(place.height))
    frame = ground + "<a:ln><a:noFill/></a:ln>"
    return shape(
        spid, mark.id, alt, geometry, x, y, *size, frame, text_box(body, fit, (0, inset, 0, 0))
    )


def text_run(mark: Mark, now: State, look: Look) -> Run:
    """A card's text as it looks now; empty while hidden."""
    text = now.text or "" if now.phase != "hidden" else ""
    active = now.phase == "active" and mark.role in ("value", "gradient")
    fill = look.palette.fill(ink_of(mark, look.palette.theme, now.text), now.phase == "waiting")
    return Run(text, mark.size, fill, mark.bold or active)


def box(mark: Mark, fit: Fit) -> tuple[int, int, int, int]:
    """x, y, width and height of a mark, EMU."""
    return (*fit.at(mark.x, mark.y), fit.size(mark.width), fit.size(mark.height))


def clipped(mark: Mark, seen: Area | None) -> Area:
    """The part of a scope's box that a zoomed slide shows."""
    if seen is None:
        return Area(mark.x, mark.y, mark.width, mark.height)
    x, y = max(mark.x, seen.x), max(mark.y, seen.y)
    right = min(mark.x + mark.width, seen.x + seen.width)
    bottom = min(mark.y + mark.height, seen.y + seen.height)
    return Area(x, y, max(1.0, right - x), max(1.0, bottom - y))


def _stack(mark: Mark, look: Look) -> str:
    """A folded card lies on others: a hard shadow moves with it, a second shape would not. Cards
    that wait have none, for it would show through them."""
    if mark.kind != "folded":
        return ""
    away = round(5 * 2**0.5 * look.fit.zoom * PX)
    return (
        f'<a:effectLst><a:outerShdw blurRad="0" dist="{away}" dir="2700000" algn="tl"'
        f' rotWithShape="0">{look.palette.colour(look.palette.theme.edge)}</a:outerShdw></a:effectLst>'
    )
