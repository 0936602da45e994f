"""Text, size and weight in; its width in px in the shipped font, out."""

from __future__ import annotations

from functools import cache, lru_cache

from app.assets import font

#: width of a character where the font or the glyph is missing, em
FALLBACK = 0.6


@cache
def _advances(bold: bool) -> tuple[dict[int, int], int]:
    """(advance by code point, units per em)."""
    path = font("plex-sans-600" if bold else "plex-sans-400")
    if not path.exists():
        return {}, 1000
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as file:
        metrics, glyphs = file["hmtx"], file.getBestCmap()
        units = file["head"].unitsPerEm
        return {code: metrics[name][0] for code, name in glyphs.items()}, units


@lru_cache(maxsize=20_000)
def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text."""
    advances, units = _advances(bold)
    fallback = FALLBACK * units
    return sum(advances.get(ord(c), fallback) for c in text) * size / units


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, cut with … where it is wider than `room`; control characters shown as ·."""
    text = "".join(c if c.isprintable() else "·" for c in text[:400])
    if width(text, size, bold) <= room:
        return text
    while text and width(text + "…", size, bold) > room:
        text = text[:-1]
    return text + "…"
