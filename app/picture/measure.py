"""Text, size and weight in; its width in px in the shipped font, out."""

from __future__ import annotations

from functools import lru_cache

from app.picture.typeface import glyph_of

#: characters of a text that are looked at: no card shows more
LONGEST = 400
#: width of a character where no font is shipped, em
FALLBACK = 0.6


@lru_cache(maxsize=20_000)
def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text."""
    found = (glyph_of(character, bold) for character in text)
    return sum(glyph.advance if glyph else FALLBACK for glyph in found) * size


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, cut with … where it is wider than `room`; control characters shown as ·."""
    text = "".join(c if c.isprintable() else "·" for c in text[:LONGEST])
    if width(text, size, bold) <= room:
        return text
    while text and width(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def fitted_path(text: str, size: float, room: float, bold: bool = False) -> str:
    """A module path, cut at its dots from the front: its end tells it from its siblings."""
    parts = text[-LONGEST:].split(".")
    for k in range(len(parts)):
        shown = ("…" if k or len(text) > LONGEST else "") + ".".join(parts[k:])
        if k == len(parts) - 1 or width(shown, size, bold) <= room:
            return fitted(shown, size, room, bold)
    return ""
