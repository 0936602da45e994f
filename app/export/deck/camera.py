"""A wide picture's story in; for every moment the part of the picture a Morph slide shows, out."""

from __future__ import annotations

from app.export.deck.place import PX, Area, fitted
from app.export.deck.shapes import Figure
from app.export.deck.story import Moment
from app.picture.marks import Mark, Picture

#: a picture drawn smaller than this is followed step by step, at the second zoom if it can be
LEAST, CLOSE = 0.62, 0.85
#: px around what a step is about
MARGIN = 36.0


def views(picture: Picture, figure: Figure, moments: list[Moment], area: Area) -> list[Area | None]:
    """Windows in px of the picture; None shows all of it: so do the first and the last moment."""
    whole = fitted(picture.width, picture.height, area)
    if whole.zoom >= LEAST:
        return [None] * len(moments)
    found: list[Area | None] = []
    seen: Area | None = None
    for k, moment in enumerate(moments):
        focus = _focus(figure, moment)
        if focus is None or k in (0, len(moments) - 1):
            found.append(None)
            continue
        if seen is None or not holds(seen, focus):
            seen = _around(focus, picture, area, whole.zoom)
        found.append(seen)
    return found


def shown(figure: Figure, mark: Mark, seen: Area) -> bool:
    """Whether a window shows a mark: whole cards, edges between two of them, texts of both."""
    if mark.role == "scope":
        wide = min(mark.x + mark.width, seen.x + seen.width) - max(mark.x, seen.x)
        high = min(mark.y + mark.height, seen.y + seen.height) - max(mark.y, seen.y)
        return wide > 40 and high > 40
    if mark.role == "card":
        return holds(seen, Area(mark.x, mark.y, mark.width, mark.height))
    cards = figure.cards
    if mark.edge is not None:
        route = figure.routes.get(f"{mark.edge}.edge")
        if route is None or not all(shown(figure, cards[card], seen) for card in route.cards):
            return False
        box = Area(mark.x, mark.y, mark.width, mark.height)
        return mark.role == "edge" or holds(seen, box)
    card = cards.get(mark.id.rpartition(".")[0] + ".card")
    reach = 24.0 if mark.role == "sum" else 10.0
    return (
        card is not None
        and shown(figure, card, seen)
        and mark.y - 10 >= seen.y
        and mark.y + reach - 10 <= seen.y + seen.height
        and mark.x - 10 >= seen.x
        and mark.x + 10 <= seen.x + seen.width
    )


def holds(outer: Area, inner: Area) -> bool:
    """Whether one lies within the other."""
    return (
        inner.x >= outer.x - 0.5
        and inner.y >= outer.y - 0.5
        and inner.x + inner.width <= outer.x + outer.width + 0.5
        and inner.y + inner.height <= outer.y + outer.height + 0.5
    )


def _focus(figure: Figure, moment: Moment) -> Area | None:
    """Around the cards a step is about: lit themselves, or at the ends of a lit edge."""
    cards, names = figure.cards, set()
    for mark in figure.marks:
        if moment.states[mark.id].phase == "active":
            names.update([mark.id] if mark.role == "card" else [])
            route = figure.routes.get(mark.id)
            names.update(route.cards if route else [])
    boxes = [cards[name] for name in names]
    if not boxes:
        return None
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Area(left, top, right - left, bottom - top)


def _around(focus: Area, picture: Picture, area: Area, least: float) -> Area:
    """A window of the area's shape around the focus, inside the picture."""
    need = max((focus.width + 2 * MARGIN) / area.width, (focus.height + 2 * MARGIN) / area.height)
    zoom = max(least, min(CLOSE, 1 / (PX * need)))
    wide = min(picture.width, area.width / (PX * zoom))
    high = min(picture.height, area.height / (PX * zoom))
    x = focus.x + focus.width / 2 - wide / 2
    y = focus.y + focus.height / 2 - high / 2
    x = max(0.0, min(x, picture.width - wide))
    y = max(0.0, min(y, picture.height - high))
    return Area(x, y, wide, high)
