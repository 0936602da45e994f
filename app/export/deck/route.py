"""An edge's path in the picture in; the native PowerPoint connector that comes closest, out.

A freeform would repeat the path exactly, but PowerPoint, Keynote and Slides re-route native
connectors only when a card is moved, so an edge is always one of theirs: straight where the path
nearly is, else a quarter turn, one bend, a lane beside the cards, or a return to the next row.
See docs/decisions."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import NamedTuple

from app.export.deck.place import Area
from app.picture.marks import Mark

Point = tuple[float, float]
#: px a straight line may stray from the path, and what crossing a strange card costs
NEAR, CROSSING = 7.0, 1000.0
#: which site of a rectangle: top, left, bottom, right
SITES = ((0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 0.5))


class Connector(NamedTuple):
    """A preset with its adjustments (thousandths of a per cent), ends in px of the picture, the
    cards it is glued to and at which of their sites; `down` runs from top to bottom."""

    preset: str
    adjusts: tuple[int, ...]
    start: Point
    end: Point
    cards: tuple[str, str]
    sites: tuple[int, int]
    down: bool = False


def connectors(marks: list[Mark]) -> dict[str, Connector]:
    """Edge mark id → connector, for every edge that has a path and two cards."""
    cards = {m.id: Area(m.x, m.y, m.width, m.height) for m in marks if m.role == "card"}
    edges = [m for m in marks if m.role == "edge" and m.path]
    return {mark.id: _connector(mark, cards) for mark in edges} if cards else {}


def _connector(mark: Mark, cards: dict[str, Area]) -> Connector:
    path = _points(mark)
    start, end = path[0], path[-1]
    source = min(cards, key=lambda card: _distance(start, cards[card]))
    target = min(cards, key=lambda card: _distance(end, cards[card]))
    strange = [box for card, box in cards.items() if card not in (source, target)]
    preset, adjusts, down = _closest(path, strange)
    sites = (_site(start, cards[source]), _site(end, cards[target]))
    return Connector(preset, adjusts, start, end, (source, target), sites, down)


def _points(mark: Mark) -> list[Point]:
    """The path, sampled; its last point is the arrow's tip."""
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", mark.path or "")]
    knots = list(zip(numbers[::2], numbers[1::2]))
    points = knots[:1]
    for k in range(0, len(knots) - 3, 3):
        points += [_bezier(knots[k : k + 4], t / 8) for t in range(1, 9)]
    return [*points, (mark.x, mark.y)]


def _bezier(knots: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(w * knot[0] for w, knot in zip(weights, knots))
    return x, sum(w * knot[1] for w, knot in zip(weights, knots))


def _closest(path: list[Point], strange: list[Area]) -> tuple[str, tuple[int, ...], bool]:
    """The preset, its adjustments, and whether it runs downwards."""
    (x0, y0), (x1, y1) = path[0], path[-1]
    straight: tuple[str, tuple[int, ...], bool] = ("straightConnector1", (), False)
    stray = max(_off(point, (x0, y0), (x1, y1)) for point in path)
    if stray <= NEAR:
        return straight
    best, cost = straight, 1.15 * _cost([(x0, y0), (x1, y1)], path, strange)
    down = abs(y1 - y0) > abs(x1 - x0)
    for preset, adjusts, turn in _candidates(path, down):
        drawn = [_turned(p, path[0], path[-1], turn) for p in _curve(preset, adjusts)]
        found = _cost(drawn, path, strange)
        if found < cost:
            best, cost = (preset, adjusts, turn), found
    return best


def _candidates(path: list[Point], down: bool) -> list[tuple[str, tuple[int, ...], bool]]:
    """Presets worth trying: a quarter turn either way, one bend, and lanes where the path runs."""
    found: list[tuple[str, tuple[int, ...], bool]] = [
        ("curvedConnector2", (), turn) for turn in (False, True)
    ]
    found += [
        ("curvedConnector3", (adjust,), down) for adjust in (4_000, 25_000, 50_000, 75_000, 96_000)
    ]
    found += _through_lane(path)
    local = [_local(point, path[0], path[-1], down)[1] for point in path]
    far = max(local, key=lambda v: min(abs(v), abs(v - 1)))
    for lane in dict.fromkeys((far, local[len(local) // 3], local[2 * len(local) // 3])):
        share = round(max(-40.0, min(41.0, lane)) * 100_000)
        found += [
            ("curvedConnector5", (a, share, b), down)
            for a in (3_000, 25_000)
            for b in (75_000, 97_000)
        ]
    return found


def _through_lane(path: list[Point]) -> list[tuple[str, tuple[int, ...], bool]]:
    """From row to row, as the path turns: through a lane, level between two upright stretches,
    which is reached from above or from the right, and left downwards or by the left."""
    pairs = list(pairwise(path))
    upright = [k for k, (a, b) in enumerate(pairs) if abs(a[0] - b[0]) < 0.1]
    lanes = (
        [(a, b) for a, b in pairs[upright[0] : upright[-1]] if abs(a[1] - b[1]) < 0.1]
        if upright
        else []
    )
    if not lanes:
        return []
    y = max(lanes, key=lambda pair: abs(pair[1][0] - pair[0][0]))[0][1]
    falls, lands = 0 in upright, len(pairs) - 1 in upright
    xs = [x for x, _ in path]
    ends = path[0], path[-1]
    right, lane = _local((max(xs), y), *ends, falls)
    if falls and lands:
        return [("bentConnector3", _shares(right), True)]
    if falls or lands:
        left, beyond = _local((min(xs), y), *ends, True)
        return [("bentConnector4", _shares(left, beyond) if falls else _shares(right, lane), falls)]
    left, _ = _local((min(xs), y), *ends, False)
    return [("bentConnector5", _shares(right, lane, left), False)]


def _shares(*shares: float) -> tuple[int, ...]:
    return tuple(round(max(-40.0, min(41.0, share)) * 100_000) for share in shares)


def spread(start: Point, end: Point, down: bool) -> Point:
    """Extent along and across the flow, px; never nothing, because lanes are told as a share."""
    along, across = end[0] - start[0], end[1] - start[1]
    if down:
        along, across = across, along
    return (along or 1.0, math.copysign(max(abs(across), 2.0), across))


def _local(point: Point, start: Point, end: Point, down: bool) -> Point:
    along, across = spread(start, end, down)
    dx, dy = point[0] - start[0], point[1] - start[1]
    return (dy / along, dx / across) if down else (dx / along, dy / across)


def _turned(point: Point, start: Point, end: Point, down: bool) -> Point:
    along, across = spread(start, end, down)
    u, v = point[0] * along, point[1] * across
    return (start[0] + v, start[1] + u) if down else (start[0] + u, start[1] + v)


def _curve(preset: str, adjusts: tuple[int, ...]) -> list[Point]:
    """The preset's path in a unit square, as ECMA-376 defines it, sampled."""
    shares = [adjust / 100_000 for adjust in adjusts]
    knots: list[Point]
    if preset == "curvedConnector2":
        knots = [(0, 0), (0.5, 0), (1, 0.5), (1, 1)]
    elif preset == "curvedConnector3":
        x = shares[0]
        knots = [(0, 0), (x / 2, 0), (x, 0.25), (x, 0.5), (x, 0.75), ((1 + x) / 2, 1), (1, 1)]
    elif preset == "bentConnector3":
        return [(0, 0), (shares[0], 0), (shares[0], 1), (1, 1)]
    elif preset == "bentConnector4":
        x1, y2 = shares
        return [(0, 0), (x1, 0), (x1, y2), (1, y2), (1, 1)]
    elif preset == "bentConnector5":
        right, lane, left = shares
        return [(0, 0), (right, 0), (right, lane), (left, lane), (left, 1), (1, 1)]
    else:
        x3, y4, x6 = shares
        x5, y1, y5 = (x3 + x6) / 2, y4 / 2, (1 + y4) / 2
        knots = [(0, 0), (x3 / 2, 0), (x3, y1 / 2), (x3, y1), (x3, (y1 + y4) / 2)]
        knots += [((x3 + x5) / 2, y4), (x5, y4), ((x5 + x6) / 2, y4), (x6, (y4 + y5) / 2), (x6, y5)]
        knots += [(x6, (y5 + 1) / 2), ((x6 + 1) / 2, 1), (1, 1)]
    points: list[Point] = [(0.0, 0.0)]
    for k in range(0, len(knots) - 1, 3):
        points += [_bezier(knots[k : k + 4], t / 6) for t in range(1, 7)]
    return points


def _cost(drawn: list[Point], path: list[Point], strange: list[Area]) -> float:
    """The furthest the drawn line is from the path, and a fine for every card it crosses."""
    pairs = list(pairwise(drawn))
    away = max(min(_off(point, a, b) for a, b in pairs) for point in path)
    crossed = sum(any(_crosses(a, b, box) for a, b in pairs) for box in strange)
    return away + CROSSING * crossed


def _crosses(a: Point, b: Point, box: Area) -> bool:
    steps = max(1, int(math.dist(a, b) / 16))
    for k in range(steps + 1):
        x, y = (a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps)
        if box.x < x < box.x + box.width and box.y < y < box.y + box.height:
            return True
    return False


def _off(point: Point, a: Point, b: Point) -> float:
    """Distance of a point from the stretch between a and b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy or 1.0
    t = max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    return math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy)


def _distance(point: Point, box: Area) -> float:
    dx = max(box.x - point[0], 0.0, point[0] - box.x - box.width)
    dy = max(box.y - point[1], 0.0, point[1] - box.y - box.height)
    # of cards that touch, the one whose border is nearer
    inside = min(
        abs(point[0] - box.x), abs(point[0] - box.x - box.width),
        abs(point[1] - box.y), abs(point[1] - box.y - box.height),
    )  # fmt: skip
    return math.hypot(dx, dy) + 0.01 * inside


def _site(point: Point, box: Area) -> int:
    """The connection site nearest to where the path ends."""
    places = [(box.x + u * box.width, box.y + v * box.height) for u, v in SITES]
    return min(range(4), key=lambda k: math.dist(point, places[k]))
