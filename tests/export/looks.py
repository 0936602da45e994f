"""What a foreign reader sees in a picture: its ink, and how far two pictures differ."""

import io

import numpy as np
from PIL import Image

#: a channel this far off is another colour, not another way to smooth an edge (of 255)
FAR = 64


def opened(content):
    return Image.open(io.BytesIO(content))


def ink(image, box):
    """Contrast within a box of pixels: 0 where it is one colour."""
    part = np.asarray(image.convert("RGB").crop(tuple(round(n) for n in box)), dtype=int)
    return int((part.max(axis=(0, 1)) - part.min(axis=(0, 1))).max()) if part.size else 0


def differing(one, other, far=FAR):
    """Share of pixels of which a channel differs by more than `far`."""
    modes = [image.mode if image.mode == "RGBa" else "RGB" for image in (one, other)]
    pair = [np.asarray(image.convert(m), dtype=int) for image, m in zip((one, other), modes)]
    assert pair[0].shape == pair[1].shape
    return float((np.abs(pair[0] - pair[1]).max(axis=2) > far).mean())


def text_boxes(sheet, step):
    """Pixels each visible text of a picture stands in."""
    from app.picture import state
    from app.picture.measure import width

    k, scale = sheet.zoom, sheet.scene.how.scale
    states = state(sheet.scene.picture, step)
    for mark in sheet.scene.picture.marks:
        text = states[mark.id].text
        if states[mark.id].phase == "hidden" or not text or mark.role in ("contribution", "due"):
            continue
        wide = width(text, mark.size, mark.bold)
        x = mark.x - wide * {"start": 0, "middle": 0.5, "end": 1}[mark.anchor]
        box = (x, mark.y - mark.size, x + wide, mark.y)
        yield [scale * (n * k + (sheet.x if i % 2 == 0 else sheet.y)) for i, n in enumerate(box)]
