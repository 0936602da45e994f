"""A Scene in; a looping lossless WebP of its steps, out.

Frames are packed as they come, each only where it differs from the one before (Pillow would keep
all of them in memory)."""

from __future__ import annotations

import io
import struct

from PIL import Image

from app.export.delta import changed
from app.export.film import film
from app.export.formats import Report
from app.export.scene import Scene

#: frames a second, so that a frame is a whole number of milliseconds
RATE = 20
#: flags of the file: it is animated, it has clear pixels; of a frame: it replaces what is there
ANIMATED, CLEAR, REPLACE = 0x02, 0x10, 0x02


def write(scene: Scene, report: Report) -> bytes:
    """Every colour as it is. Raises LimitError as `film` does."""
    parts: list[bytes] = []
    before: Image.Image | None = None
    for shot in film(scene, RATE, report):
        box = changed(before, shot.image, even=True)
        place = _three(box[0] // 2, box[1] // 2, box[2] - box[0] - 1, box[3] - box[1] - 1)
        stay = _three(shot.ticks * 1000 // RATE) + bytes([REPLACE])
        parts.append(_chunk(b"ANMF", place + stay + _packed(shot.image.crop(box))))
        before = shot.image
    assert before is not None
    flags = ANIMATED | (CLEAR if before.mode == "RGBA" else 0)
    size = _three(before.width - 1, before.height - 1)
    start = _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size) + _chunk(b"ANIM", bytes(6))
    body = b"WEBP" + start + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _three(*numbers: int) -> bytes:
    """Each number in three bytes, the least first."""
    return b"".join(number.to_bytes(3, "little") for number in numbers)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _packed(image: Image.Image) -> bytes:
    """The image's own chunk of a file of one picture."""
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True, quality=30, method=2)
    content = file.getvalue()
    return content[content.index(b"VP8L") :]
