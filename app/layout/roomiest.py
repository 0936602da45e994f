"""A Plan and the room it has in; the Layout that is drawn largest in it, out."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from app.layout.engine import lay_out, scale_in
from app.layout.layout import Layout, Plan
from app.layout.rows import rows_of

#: scale below which another way is tried, and how much larger it has to be
READABLE, GAIN, SLIDE_GAIN, ROWS_GAIN = 0.72, 1.15, 1.1, 1.15
#: heights of a stage a picture may flow down: its beginning is read first
HEIGHTS = 1.5
#: cards beyond which one way has to do
CARDS = 120


def reach(room: tuple[float, float], is_slide: bool) -> tuple[float, float]:
    """The room a picture is read in: a stage is scrolled down, a slide is not."""
    return room if is_slide else (room[0], room[1] * HEIGHTS)


def roomiest(plan: Plan, room: tuple[float, float] | None, is_slide: bool = False) -> Layout:
    """Left to right; but downwards where that is drawn clearly larger in `room` (px). On a slide,
    which nobody can zoom, less of a gain is enough, what would be small stands closer together,
    and what is long is broken into rows."""
    # how far a picture is folded is found by trying, and the last try is drawn
    return _roomiest(msgspec.json.encode(plan), room, is_slide)


@lru_cache(maxsize=4)
def _roomiest(encoded: bytes, room: tuple[float, float] | None, is_slide: bool) -> Layout:
    plan = msgspec.json.decode(encoded, type=Plan)
    enough, gain = (1.0, SLIDE_GAIN) if is_slide else (READABLE, GAIN)
    across = lay_out(plan)
    if room is None or len(plan.cards) > CARDS or scale_in(across, room) >= enough:
        return across
    if is_slide:
        plan = msgspec.structs.replace(plan, tight=True)
        across = lay_out(plan)
    down = lay_out(msgspec.structs.replace(plan, down=True))
    is_larger = scale_in(down, reach(room, is_slide)) > gain * scale_in(across, room)
    best = down if is_larger else across
    rows = rows_of(plan, across, room) if is_slide else None
    if rows is not None and scale_in(rows, room) > ROWS_GAIN * scale_in(best, room):
        return rows
    return best
