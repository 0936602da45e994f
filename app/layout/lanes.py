"""A link between two rows of cards and where it turns, in; its Route through a lane, out."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import msgspec

from app.layout.layout import Box, Layout, Route

#: px: radius of a corner, and what an arrowhead covers of its line
BEND, HEAD = 10.0, 8.0
Point = tuple[float, float]


class Bend(NamedTuple):
    """A link that changes rows: from, to, the rows they are in, and the width of its label."""

    link: str
    source: str
    target: str
    above: int
    below: int
    label: float

    @property
    def out(self) -> str:
        """The door it leaves its row by, where it cannot leave below its card."""
        return f"{self.link}>"

    @property
    def into(self) -> str:
        """The door it enters by, where it cannot enter above its card."""
        return f">{self.link}"


class Places(NamedTuple):
    """Where everything of the rows placed so far stands, and the middle of every lane."""

    cards: dict[str, Box]
    routes: dict[str, Route]
    scopes: dict[str, list[Box]]
    lanes: dict[str, float]

    def add(self, row: Layout, dx: float, dy: float) -> None:
        """A row, moved."""
        for name, box in row.cards.items():
            self.cards[name] = _box(box, dx, dy)
        for name, route in row.routes.items():
            self.routes[name] = _moved(route, dx, dy)
        for name, boxes in row.scopes.items():
            self.scopes.setdefault(name, []).extend(_box(box, dx, dy) for box in boxes)


def joined(bend: Bend, places: Places, turns: tuple[float, float]) -> Route:
    """From the source to its lane, along it, and to the target."""
    lane = places.lanes[bend.link]
    source, target = places.cards[bend.source], places.cards[bend.target]
    out, into = places.routes.get(bend.out), places.routes.get(bend.into)
    if out is None:
        x = source.x + source.width / 2
        head, way = f"M{x:.1f},{source.y + source.height:.1f}C", [(x, source.y + source.height)]
    else:
        x = turns[1]
        head, way = f"{out.path} ", [out.tip, (x, out.tip[1])]
    if into is None:
        end = target.x + target.width / 2
        way += [(x, lane), (end, lane), (end, target.y - HEAD)]
        tail, tip, direction = "", (end, target.y), (0.0, 1.0)
    else:
        end, start = turns[0], _first(into.path)
        way += [(x, lane), (end, lane), (end, start[1]), start]
        tail, tip, direction = f" {into.path.partition('C')[2]}", into.tip, into.direction
    label = ((x + end) / 2, lane) if bend.label else None
    return Route(path=head + _rounded(way) + tail, label=label, tip=tip, direction=direction)


def _rounded(way: list[Point]) -> str:
    """Straight stretches and round corners as the points of cubic Béziers, the first one apart."""
    points, at = list[Point](), way[0]
    # the door's route ends before its tip, where an arrowhead would begin
    points += [at, at, at]
    for before, corner, after in zip(way, way[1:], way[2:]):
        bend = min(BEND, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        first, second = _towards(corner, before, bend), _towards(corner, after, bend)
        points += [at, first, first, corner, corner, second]
        at = second
    points += [at, way[-1], way[-1]]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _towards(a: Point, b: Point, px: float) -> Point:
    length = math.dist(a, b) or 1.0
    return a[0] + (b[0] - a[0]) * px / length, a[1] + (b[1] - a[1]) * px / length


def _first(path: str) -> Point:
    x, _, y = path[1:].partition("C")[0].partition(",")
    return float(x), float(y)


def _box(box: Box, dx: float, dy: float) -> Box:
    return msgspec.structs.replace(box, x=box.x + dx, y=box.y + dy)


def _moved(route: Route, dx: float, dy: float) -> Route:
    def shifted(found: re.Match[str]) -> str:
        return f"{float(found[1]) + dx:.1f},{float(found[2]) + dy:.1f}"

    return Route(
        path=re.sub(r"(-?[\d.]+),(-?[\d.]+)", shifted, route.path),
        label=route.label and (route.label[0] + dx, route.label[1] + dy),
        tip=(route.tip[0] + dx, route.tip[1] + dy),
        direction=route.direction,
    )
