"""A mark in; the box of everything drawn of it, out."""

from __future__ import annotations

import re

from app.export.outlines import SHARE
from app.picture.marks import Mark
from app.picture.measure import width
from app.picture.timeline import State

#: x0, y0, x1, y1
Box = tuple[float, float, float, float]
#: px around a card for its ring and the card below it, around a line for its stroke
AROUND_CARD, AROUND_LINE = 8.0, 4.0
#: px around a text; a sum stands on a slip of paper
AROUND_TEXT, AROUND_SUM = 2.0, 5.0


def bounds(mark: Mark, now: State) -> Box:
    """Generous, in px of the picture."""
    if mark.path is not None:
        numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", mark.path)]
        xs, ys = numbers[::2], numbers[1::2]
        return grown((min(xs), min(ys), max(xs), max(ys)), AROUND_LINE)
    if mark.role == "due":
        return grown((mark.x, mark.y, mark.x, mark.y), 14)
    if mark.role in ("card", "scope", "contribution", "thumb"):
        box = (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
        return grown(box, AROUND_CARD)
    wide = width(now.text or "", mark.size, True)
    left = mark.x - wide * SHARE[mark.anchor]
    around = AROUND_SUM if mark.role == "sum" else AROUND_TEXT
    return grown((left, mark.y - mark.size, left + wide, mark.y + mark.size / 2), around)


def grown(box: Box, by: float) -> Box:
    """The box, wider on every side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def union(one: Box, other: Box) -> Box:
    """The smallest box around both."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def meets(one: Box, other: Box) -> bool:
    """Whether they share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def area(box: Box) -> float:
    """Square px."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def gathered(boxes: list[Box]) -> list[Box]:
    """Fewer boxes around the same: two become one where that costs little."""
    left = list(boxes)
    found: list[Box] = []
    while left:
        box = left.pop()
        near = next((k for k, o in enumerate(left) if _is_cheap(box, o)), None)
        if near is None:
            found.append(box)
        else:
            left[near] = union(box, left[near])
    return found


def _is_cheap(one: Box, other: Box) -> bool:
    return area(union(one, other)) <= 1.4 * (area(one) + area(other))
