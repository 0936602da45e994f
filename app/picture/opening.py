"""A Graph and the room there is in; how many cards it opens with, so that they can be read, out."""

from __future__ import annotations

from app.graph import Graph
from app.layout import Layout, Plan, reach, roomiest, scale_in, visible
from app.picture.cards import faces_of
from app.picture.compose import plan_of
from app.settings import settings

#: scale from which a card's texts are read: on a stage, without zooming, and across a room
READABLE, SLIDE_READABLE = 0.6, 0.7
#: a picture takes at least so many times the area of its cards (4.1 in the gallery)
SPREAD = 3
#: cards an opening is not folded below: fewer would say nothing
FEWEST = 7


def is_readable(layout: Layout, room: tuple[float, float], is_slide: bool = False) -> bool:
    """Whether it is read in its room; on screen, whether its beginning is and the end not far."""
    return scale_in(layout, reach(room, is_slide)) >= (SLIDE_READABLE if is_slide else READABLE)


def is_crowded(plan: Plan, room: tuple[float, float]) -> bool:
    """Whether no layout of these cards is readable on a slide, which saves drawing dozens."""
    cards = sum(wide * high for _, wide, high, _ in plan.cards)
    return room[0] * room[1] < SPREAD * cards * SLIDE_READABLE**2


def opening(graph: Graph, room: tuple[float, float] | None, is_slide: bool = False) -> int:
    """The limit `visible` is given: the settings' own, or as many cards as are left where whole
    levels of scopes are folded until the picture is readable in `room` (px)."""
    limit = settings().visible_nodes
    if room is None or not graph.scopes:
        return limit
    fold = visible(graph, limit)
    while (count := len(fold.cards)) > FEWEST:
        plan = plan_of(graph, fold, faces_of(graph, fold, "en"))
        is_hopeless = is_slide and is_crowded(plan, room)
        if not is_hopeless and is_readable(roomiest(plan, room, is_slide), room, is_slide):
            return limit
        fold = visible(graph, count - 1)
        if not FEWEST <= len(fold.cards) < count:
            return limit
        limit = count - 1
    return limit
