"""Picture and slide in; where on the slide every px of the picture goes, in EMU, out."""

from __future__ import annotations

from typing import NamedTuple

#: EMU per px at full size (96 px an inch), and per hundredth of a point
PX, POINT = 9525, 127
#: a small picture is enlarged no further than this
LARGEST = 2.2


class Area(NamedTuple):
    """A rectangle on a slide, or a window into a picture."""

    x: float
    y: float
    width: float
    height: float


class Fit(NamedTuple):
    """The picture's place: EMU = offset + px × scale. `letters` shrinks text, and nothing else."""

    scale: float
    x: float
    y: float
    letters: float = 1.0

    def at(self, x: float, y: float) -> tuple[int, int]:
        """A point of the picture, EMU."""
        return round(self.x + x * self.scale), round(self.y + y * self.scale)

    def size(self, px: float) -> int:
        """A length, EMU."""
        return round(px * self.scale)

    def points(self, px: float) -> int:
        """A line spacing, hundredths of a point; PowerPoint knows none below one."""
        return max(100, round(px * self.scale / POINT))

    def letter(self, px: float) -> int:
        """A text size, hundredths of a point."""
        return self.points(px * self.letters)

    @property
    def zoom(self) -> float:
        """1 draws a px of the picture as a px of a 96 dpi slide."""
        return self.scale / PX


def fitted(width: float, height: float, area: Area, largest: float = LARGEST) -> Fit:
    """A picture of `width` × `height` px, centred in `area`, as large as fits."""
    scale = min(area.width / width, area.height / height, largest * PX)
    x = area.x + (area.width - width * scale) / 2
    y = area.y + (area.height - height * scale) / 2
    return Fit(scale, x, y)


def window(seen: Area, area: Area) -> Fit:
    """The part `seen` of a picture, px, so that it fills `area`."""
    fit = fitted(seen.width, seen.height, area)
    return Fit(fit.scale, fit.x - seen.x * fit.scale, fit.y - seen.y * fit.scale)
