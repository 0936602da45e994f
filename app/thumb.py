"""Sizes of a tensor's elements in; the colour levels of its small heatmap, out."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: rows, columns and colour levels of each sign a small heatmap has at most
ROWS, COLUMNS, LEVELS = 8, 12, 8
#: full colour stands for this many root mean squares, so that a few huge elements hide no others
TAIL = 3.0
#: elements below which a tensor is read faster as numbers
FEWEST = 4


def scale_of(largest: float, rms: float) -> float:
    """The size that full colour stands for: the largest, or less where the tail is heavy."""
    return min(largest, TAIL * rms) or 1.0


def scale_of_elements(elements: Sequence[float]) -> float:
    """The same for elements at hand; those that are not finite do not count."""
    finite = [abs(x) for x in elements if math.isfinite(x)]
    if not finite:
        return 1.0
    return scale_of(max(finite), math.hypot(*finite) / math.sqrt(len(finite)))


def level_of(x: float, scale: float) -> int | None:
    """−8…8, ±9 for infinities, None for NaN."""
    if math.isnan(x):
        return None
    if math.isinf(x):
        return LEVELS + 1 if x > 0 else -LEVELS - 1
    return max(-LEVELS, min(LEVELS, round(LEVELS * (x / scale))))


def steps_of(shape: Sequence[int]) -> tuple[int, int]:
    """Every how many rows and columns are read of a tensor as a matrix: all dimensions but the last
    make its rows."""
    columns = shape[-1]
    rows = math.prod(shape[:-1])
    return max(1, math.ceil(rows / ROWS)), max(1, math.ceil(columns / COLUMNS))
