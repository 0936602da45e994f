"""A Graph and the room there is in; how many cards it opens with, so that they can be read, out."""

from __future__ import annotations

from app.graph import Graph
from app.layout import Layout, reach, roomiest, scale_in, visible
from app.picture.cards import faces_of
from app.picture.compose import plan_of
from app.settings import settings

#: scale from which a card's texts are read: on a stage, without zooming, and across a room
READABLE, SLIDE_READABLE = 0.6, 0.7
#: cards an opening is not folded below: fewer would say nothing
FEWEST = 7


def is_readable(layout: Layout, room: tuple[float, float], is_slide: bool = False) -> bool:
    """Whether it is read in its room; on screen, whether its beginning is and the end not far."""
    return scale_in(layout, reach(room, is_slide)) >= (SLIDE_READABLE if is_slide else READABLE)


def opening(graph: Graph, room: tuple[float, float] | None, is_slide: bool = False) -> int:
    """The limit `visible` is given: the settings' own, or as many cards as are left where whole
    levels of scopes are folded until the picture is readable in `room` (px)."""
    limit = settings().visible_nodes
    if room is None or not graph.scopes:
        return limit
    fold = visible(graph, limit)
    while (count := len(fold.cards)) > FEWEST:
        plan = plan_of(graph, fold, faces_of(graph, fold, "en"))
        if is_readable(roomiest(plan, room, is_slide), room, is_slide):
            return limit
        fold = visible(graph, count - 1)
        if not FEWEST <= len(fold.cards) < count:
            return limit
        limit = count - 1
    return limit
