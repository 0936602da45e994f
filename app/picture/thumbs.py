"""A tensor in; the small heatmap on its card: its size, its colours, its marks, out."""

from __future__ import annotations

import math
from typing import Any

from app.graph import Tensor, Thumb, Value
from app.numbers import shape_of, text_of
from app.picture.marks import Mark
from app.picture.theme import Theme, mix
from app.thumb import FEWEST, LEVELS, level_of, scale_of_elements, steps_of
from app.words import say

#: px a heatmap takes at most, and the least of a single row or column
WIDE, TALL, THIN = 44.0, 24.0, 10.0
#: cards beyond which a picture has no heatmaps
CARDS = 80
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
#: (left, top, width, height in px, colour)
Block = tuple[float, float, float, float, str]
#: (left, top, width, height in px)
Place = tuple[float, float, float, float]


def thumb_of(tensor: Tensor, gradient: bool = False) -> Thumb | None:
    """The heatmap of a value or gradient; None where numbers alone say it better."""
    value = tensor.gradient if gradient else tensor.value
    if value is None or value.numel < FEWEST or not tensor.shape:
        return None
    if value.data is None:
        return tensor.gradient_thumb if gradient else tensor.thumb
    return _from_elements(value, tensor.shape)


def _from_elements(value: Value, shape: list[int]) -> Thumb | None:
    elements = _flat(value.data)
    if any(isinstance(x, str) and x not in SPECIAL for x in elements):
        return None  # complex
    numbers = [float(SPECIAL.get(x, x)) for x in elements]
    scale, steps, columns = scale_of_elements(numbers), steps_of(shape), shape[-1]
    rows = [numbers[k : k + columns] for k in range(0, len(numbers), columns * steps[0])]
    levels = [[level_of(x, scale) for x in row[:: steps[1]]] for row in rows]
    return Thumb(levels=levels, scale=scale, steps=steps)


def _flat(content: Any) -> list[Any]:
    if not isinstance(content, list):
        return [content]
    return [x for item in content for x in _flat(item)]


def size_of(thumb: Thumb | None) -> tuple[float, float]:
    """Width and height in px: square elements, except of a single row or column."""
    if thumb is None:
        return 0.0, 0.0
    rows, columns = len(thumb.levels), len(thumb.levels[0])
    side = min(WIDE / columns, TALL / rows, 9.0)
    return max(THIN, side * columns), max(THIN, side * rows)


def said(thumb: Thumb, shape: list[int], lang: str) -> str:
    """What the heatmap shows, in a sentence: every element or which, and what full colour is."""
    scale = text_of(thumb.scale)
    rows, columns = thumb.steps
    if (rows, columns) == (1, 1):
        return say("picture.thumb_all", lang, shape=shape_of(shape), scale=scale)
    words = {"rows": rows, "columns": columns}
    return say("picture.thumb_some", lang, shape=shape_of(shape), scale=scale, **words)


def blocks(mark: Mark, theme: Theme) -> list[Block]:
    """Runs of equal colour, row by row, over a ground of the neutral colour."""
    return [
        (*place, colour_of(level, theme))
        for level, places in runs(mark).items()
        for place in places
    ]


def colour_of(level: int | None, theme: Theme) -> str:
    """Blue above zero, orange below, darker for infinities, red for NaN."""
    if level is None:
        return theme.red
    colour = theme.blue if level > 0 else theme.orange
    if abs(level) > LEVELS:
        return mix(theme.ink, colour, 0.45)
    return mix(colour, theme.scope, abs(level) / LEVELS)


def portable(mark: Mark, theme: Theme) -> str:
    """The heatmap as one path for each colour."""
    paths = [
        f'<path d="{_path(places)}" fill="{colour_of(level, theme)}"/>'
        for level, places in runs(mark).items()
    ]
    return f'<g shape-rendering="crispEdges">{_ground(mark, theme)}{"".join(paths)}</g>'


def on_screen(mark: Mark, theme: Theme) -> str:
    """The same, in colours the page chooses by its theme."""
    paths = []
    for level, places in runs(mark).items():
        kind = "odd" if level is None else "plus" if level > 0 else "minus"
        kind += " endless" if level is not None and abs(level) > LEVELS else ""
        share = 1 if level is None else min(1, abs(level) / LEVELS)
        paths.append(f'<path class="{kind}" d="{_path(places)}" fill-opacity="{share:g}"/>')
    return f'<g shape-rendering="crispEdges">{_ground(mark, theme)}{"".join(paths)}</g>'


def _ground(mark: Mark, theme: Theme) -> str:
    size = f'width="{mark.width:.1f}" height="{mark.height:.1f}"'
    fill = f'fill="{theme.scope}" stroke="{theme.line}" stroke-width="1"'
    return f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" {size} {fill}/>'


def runs(mark: Mark) -> dict[int | None, list[Place]]:
    """Level → where it stands, neighbours in a row as one; the neutral ground is left out."""
    found: dict[int | None, list[Place]] = {}
    levels = mark.levels or []
    for i, row in enumerate(levels):
        wide, tall = mark.width / len(row), mark.height / len(levels)
        start = 0
        for k in range(1, len(row) + 1):
            if k < len(row) and row[k] == row[start]:
                continue
            if row[start] != 0:
                place = (mark.x + start * wide, mark.y + i * tall, (k - start) * wide, tall)
                found.setdefault(row[start], []).append(place)
            start = k
    return found


def _path(places: list[Place]) -> str:
    return "".join(f"M{x:.2f},{y:.2f}h{w:.2f}v{h:.2f}h{-w:.2f}z" for x, y, w, h in places)
