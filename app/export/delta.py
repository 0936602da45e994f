"""Two frames in; the box of pixels in which they differ, out."""

from __future__ import annotations

from PIL import Image, ImageChops

Pixels = tuple[int, int, int, int]


def changed(before: Image.Image | None, now: Image.Image, even: bool = False) -> Pixels:
    """Left, top, right, bottom: all of it without a frame before, a corner where nothing differs.
    With `even` it begins at an even pixel, as WebP wants."""
    if before is None:
        return 0, 0, now.width, now.height
    box = ImageChops.difference(before, now).getbbox(alpha_only=False) or (0, 0, 1, 1)
    return (box[0] & ~1, box[1] & ~1, box[2], box[3]) if even else box
