"""A step and how far its pulses have come in; each as a small image and its place, out."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from app.export.frame import Sheet
from app.export.raster import pixels_of
from app.export.route import at
from app.picture.cards import PILL
from app.picture.measure import fitted, width
from app.picture.pen import Pen, clean

#: px: radius of a pulse, height of its number above it, size of the number, halo around it
RADIUS, RAISED, SIZE, HALO = 6.0, 11.0, 12.0, 4.0


def pulses(
    sheet: Sheet, paths: dict[str, str], step: int, travel: float
) -> Iterator[tuple[tuple[int, int], Image.Image]]:
    """Pixel of the upper left corner, and RGBA, of every pulse of a step: along its edge, or
    against it on the way back."""
    one = sheet.scene.picture.steps[step]
    pen = sheet.pen_at(step)
    share = 1 - travel if one.kind == "backward" else travel
    for edge, text in one.flows:
        if edge not in paths:
            continue
        text = fitted(text, SIZE, PILL, True)
        x, y = at(paths[edge], share)
        half = max(RADIUS, width(text, SIZE, True) / 2) + HALO
        low, high = y - RAISED - SIZE - HALO, y + RADIUS + HALO
        part = sheet.pixel_box(sheet.placed((x - half, low, x + half, high)))
        if part is not None:
            marks = {edge: pulse(pen, x, y, text)}
            yield (part[0], part[1]), pixels_of(sheet.document({}, marks, {}, part))


def pulse(pen: Pen, x: float, y: float, text: str) -> str:
    """A dot, and its number above it with a halo that keeps it legible over lines."""
    colour = pen.theme.of_pass(pen.now)[0]
    dot = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{RADIUS:g}" fill="{colour}"/>'
    if not text:
        return dot
    words = pen.text(x, y - RAISED, clean(text), SIZE, colour, True)
    halo = f'stroke="{pen.theme.paper}" stroke-width="{HALO:g}" stroke-linejoin="round"'
    return f"{dot}<g {halo}>{words}</g>{words}"
