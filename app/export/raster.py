"""SVG text whose letters are outlines in; its pixels, out."""

from __future__ import annotations

import io

import resvg_py
from PIL import Image


def png_of(svg: str) -> bytes:
    """A PNG of the SVG's own size. No font is loaded: text must have been outlined, because a
    rasteriser drops without a word what is in a font it lacks."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))


def pixels_of(svg: str) -> Image.Image:
    """The same as an RGBA image."""
    with Image.open(io.BytesIO(png_of(svg))) as image:
        return image.convert("RGBA")
