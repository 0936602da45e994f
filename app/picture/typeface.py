"""A character and a weight in; the glyph that draws it (IBM Plex Sans, else DejaVu Sans), out."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

from app.assets import font


@dataclasses.dataclass(frozen=True, slots=True)
class Glyph:
    """`advance` in em; `units` of the outline per em; `outline.draw` takes a fontTools pen."""

    advance: float
    units: int
    outline: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Face:
    """One font file: its glyphs by code point."""

    units: int
    names: dict[int, str]
    advances: Any
    glyphs: Any

    def glyph(self, name: str) -> Glyph:
        """A glyph by its name in the font."""
        return Glyph(self.advances[name][0] / self.units, self.units, self.glyphs[name])


def fallback_path() -> Path:
    """DejaVu Sans, which the formula typesetter brings along: ᵀ, ⁻, ⟨ and other scripts."""
    import ziafont

    return Path(ziafont.__file__).parent / "fonts" / "DejaVuSans.ttf"


@cache
def faces(bold: bool) -> list[Face]:
    """The fonts in the order they are asked; those that are missing are left out."""
    from fontTools.ttLib import TTFont

    paths = [font("plex-sans-600" if bold else "plex-sans-400"), fallback_path()]
    found = []
    for path in paths:
        if path.exists():
            file = TTFont(path, lazy=True)
            units = file["head"].unitsPerEm
            found.append(Face(units, file.getBestCmap(), file["hmtx"], file.getGlyphSet()))
    return found


@cache
def glyph_of(character: str, bold: bool) -> Glyph | None:
    """The glyph; the box of the missing character where no font has it; None without fonts."""
    found = faces(bold)
    for face in found:
        name = face.names.get(ord(character))
        if name is not None:
            return face.glyph(name)
    return found[0].glyph(".notdef") if found else None
