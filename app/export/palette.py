"""A theme in; the one palette all frames of a GIF of it share, out.

A picture is flat colours and the ramps that smoothing draws between them, so the palette is known
before anything is drawn, no frame has colours of its own, and nothing needs dithering."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.picture.svg import WAITING
from app.picture.theme import THEMES, Theme, mix
from app.picture.thumbs import colour_of
from app.thumb import LEVELS

Boxes = NDArray[np.int32]
#: index of the clear colour
CLEAR = 255


@cache
def palette(name: str) -> Image.Image:
    """An image whose palette is that of a theme: at most 255 colours, the last one clear."""
    colours = flat(THEMES[name])
    for one, other in ramps(THEMES[name]):
        colours += [mix(one, other, k / 8) for k in range(1, 8)]
    kept = list(dict.fromkeys(colours))[:CLEAR]
    # places left over, and the clear one, hold colours nothing is near: Pillow wants all different
    kept += [f"#ff00{k:02x}" for k in range(len(kept), CLEAR + 1)]
    image = Image.new("P", (1, 1))
    image.putpalette(b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in kept))
    return image


def flat(theme: Theme) -> list[str]:
    """Colours that fill areas."""
    washes = [mix(wash, theme.card, 0.65) for _, wash in lit(theme)]
    pale = [
        mix(a, b, WAITING)
        for a, b in (
            (theme.card, theme.paper),
            (theme.card, theme.scope),
            (theme.scope, theme.paper),
        )
    ]
    plain = [theme.paper, theme.card, theme.scope, theme.orange_wash, *washes, *pale]
    drawn = [theme.ink, theme.soft, theme.edge, theme.line, theme.red]
    heat = [colour_of(level, theme) for level in range(-LEVELS - 1, LEVELS + 2) if level]
    return list(dict.fromkeys([*plain, *drawn, *(colour for colour, _ in lit(theme)), *heat]))


def lit(theme: Theme) -> list[tuple[str, str]]:
    """Colour and wash of every kind of pass."""
    return [theme.of_pass(kind) for kind in ("forward", "backward", "update")]


def ramps(theme: Theme) -> list[tuple[str, str]]:
    """Pairs of colours that meet along smoothed edges, the commonest first."""
    passes = [colour for colour, _ in lit(theme)]
    pairs = [(colour, theme.card) for colour in (theme.ink, theme.orange, theme.soft, theme.edge)]
    pairs += [(colour, theme.paper) for colour in (theme.edge, theme.ink, *passes)]
    for colour, wash in lit(theme):
        ground = mix(wash, theme.card, 0.65)
        pairs += [(theme.ink, ground), (colour, ground)]
    pairs += [(theme.orange, theme.orange_wash), (theme.soft, theme.paper)]
    pairs += [(colour, theme.scope) for colour in (theme.edge, theme.soft, *passes)]
    pairs += [(colour, theme.card) for colour in passes]
    pairs += [(theme.soft, mix(wash, theme.card, 0.65)) for _, wash in lit(theme)]
    return [*pairs, (theme.red, theme.card)]


class Indexer:
    """Looks up the nearest colour of a theme's palette, in boxes of four steps a side, the colour
    of an area always being itself."""

    def __init__(self, name: str) -> None:
        self.theme = THEMES[name]
        self.shared = palette(name)
        given = self.shared.getpalette() or []
        self.colours = np.array(given, dtype=np.int32).reshape(-1, 3)
        self.found = np.full(1 << 18, -1, dtype=np.int16)
        for k in reversed(range(len(flat(self.theme)))):
            self.found[_boxes(self.colours[k])] = k

    def indexed(self, image: Image.Image) -> Image.Image:
        """The image in the palette; what is more than half clear is clear, what is less lies on
        the paper."""
        ground = image
        if image.mode != "RGB":
            ground = Image.new("RGBA", image.size, self.theme.paper)
            ground.alpha_composite(image)
        boxes = _boxes(np.asarray(ground.convert("RGB")))
        self._learn(boxes)
        places = self.found[boxes].astype(np.uint8)
        if image.mode != "RGB":
            places[np.asarray(image.getchannel("A")) < 128] = CLEAR
        found = Image.fromarray(places)
        found.putpalette(self.shared.getpalette() or [])
        return found

    def _learn(self, boxes: Boxes) -> None:
        """Find the nearest colours of boxes not met before."""
        new = np.unique(boxes[self.found[boxes] < 0])
        middles = np.stack([(new >> shift & 63) * 4 + 2 for shift in (12, 6, 0)], axis=1)
        for start in range(0, len(new), 4096):
            some = middles[start : start + 4096, None, :] - self.colours[None, :CLEAR]
            self.found[new[start : start + 4096]] = (some**2).sum(axis=2).argmin(axis=1)


def _boxes(colours: NDArray[Any]) -> Boxes:
    """The box of each colour; the last axis is red, green, blue."""
    fine = (colours >> 2).astype(np.int32)
    return np.asarray(fine[..., 0] << 12 | fine[..., 1] << 6 | fine[..., 2])
