"""Colours as #rrggbb in; DrawingML colours out, by the deck's own theme slots where it has them."""

from __future__ import annotations

from app.graph import Struct
from app.picture.theme import Theme, mix

#: a waiting mark is drawn this strongly, thousandths of a per cent
PALE = 45_000


class Palette(Struct, frozen=True, kw_only=True):
    """The colours marks are drawn with. `slots` are those the deck's theme names itself
    (#rrggbb → accent1), so that a change of theme in PowerPoint changes the marks too."""

    theme: Theme
    slots: dict[str, str]

    def colour(self, value: str, pale: bool = False) -> str:
        """One colour; `pale` for what still waits."""
        inner = f'<a:alpha val="{PALE}"/>' if pale else ""
        slot = self.slots.get(value)
        if slot:
            return f'<a:schemeClr val="{slot}">{inner}</a:schemeClr>'
        return f'<a:srgbClr val="{value[1:].upper()}">{inner}</a:srgbClr>'

    def fill(self, value: str, pale: bool = False) -> str:
        """A solid fill."""
        return f"<a:solidFill>{self.colour(value, pale)}</a:solidFill>"

    def of_pass(self, kind: str) -> str:
        """What forward, backward and update are told by."""
        return self.theme.of_pass(kind)[0]

    def wash(self, kind: str) -> str:
        """The same, as the ground of a card the step is about."""
        return mix(self.theme.of_pass(kind)[1], self.theme.card, 0.65)


def own(theme: Theme) -> Palette:
    """The palette of a deck of our own."""
    slots = {
        theme.ink: "tx1",
        theme.paper: "bg1",
        theme.soft: "tx2",
        theme.scope: "bg2",
        theme.blue: "accent1",
        theme.orange: "accent2",
        theme.green: "accent3",
        theme.red: "accent4",
        theme.edge: "accent5",
    }
    return Palette(theme=theme, slots=slots)


def contrast(a: str, b: str) -> float:
    """WCAG's ratio, 1 to 21."""
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(value: str, ground: str, ink: str, least: float = 4.5) -> str:
    """The colour, moved towards `ink` until it can be read on `ground`."""
    for k in range(11):
        moved = mix(ink, value, k / 10)
        if contrast(moved, ground) >= least:
            return moved
    return ink


def _rgb(value: str) -> tuple[int, int, int]:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _luminance(value: str) -> float:
    parts = [part / 255 for part in _rgb(value)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
