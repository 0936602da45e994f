"""An edge's path and a share of its length in; the point there, out."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise

Point = tuple[float, float]
#: straight pieces a curve is measured in
PIECES = 16


@lru_cache(maxsize=4_000)
def polyline(path: str) -> tuple[list[Point], list[float]]:
    """Points along `Mx,yCx,y x,y x,y …` and the length of the path up to each, px."""
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]
    given = list(zip(numbers[::2], numbers[1::2]))
    points = given[:1]
    for k in range(0, len(given) - 3, 3):
        points += [_bezier(given[k : k + 4], j / PIECES) for j in range(1, PIECES + 1)]
    lengths = [0.0]
    for a, b in pairwise(points):
        lengths.append(lengths[-1] + math.dist(a, b))
    return points, lengths


def _bezier(points: list[Point], t: float) -> Point:
    shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(share * point[0] for share, point in zip(shares, points))
    return x, sum(share * point[1] for share, point in zip(shares, points))


def at(path: str, share: float) -> Point:
    """Where a pulse is that has gone `share` (0…1) of the way."""
    points, lengths = polyline(path)
    gone = min(1.0, max(0.0, share)) * lengths[-1]
    k = max(1, bisect_left(lengths, gone))
    if k >= len(points):
        return points[-1]
    piece = lengths[k] - lengths[k - 1]
    part = (gone - lengths[k - 1]) / piece if piece else 0.0
    (ax, ay), (bx, by) = points[k - 1], points[k]
    return ax + (bx - ax) * part, ay + (by - ay) * part
