"""A line of text in; its glyphs as one SVG path, so that it looks the same without the font, out."""

from __future__ import annotations

from functools import lru_cache

from app.picture.measure import width
from app.picture.pen import Anchor
from app.picture.typeface import glyph_of

SHARE = {"start": 0.0, "middle": 0.5, "end": 1.0}


@lru_cache(maxsize=20_000)
def outline(text: str, size: float, bold: bool) -> str:
    """Path data of a line that starts at 0,0 on its baseline, in px."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    commands, x = [], 0.0
    for character in text:
        glyph = glyph_of(character, bold)
        if glyph is None:
            continue
        scale = size / glyph.units
        # an ÷ is made of other glyphs of its own font, so each font has its own pen
        pen = SVGPathPen(glyph.outline.glyphSet, ntos=_short)
        glyph.outline.draw(TransformPen(pen, (scale, 0, 0, -scale, x, 0)))
        commands.append(pen.getCommands())
        x += glyph.advance * size
    return "".join(commands)


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def as_paths(
    x: float, y: float, text: str, size: float, colour: str, bold: bool, anchor: Anchor
) -> str:
    """The same line as `pen.as_text` writes, as a <path>."""
    x -= width(text, size, bold) * SHARE[anchor]
    return (
        f'<path transform="translate({x:.2f} {y:.2f})" fill="{colour}"'
        f' d="{outline(text, size, bold)}"/>'
    )
