"""A Scene in; a looping animated PNG of its steps, out.

Frames are packed as they come, each only where it differs from the one before (Pillow would keep
all of them in memory, twice)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from app.export.delta import changed
from app.export.film import film
from app.export.formats import Report
from app.export.scene import Scene

#: frames a second
RATE = 15
SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: a frame replaces its rectangle and stays: dispose 0, blend 0
STAY = bytes(2)


def write(scene: Scene, report: Report) -> bytes:
    """Every colour as it is. Raises LimitError as `film` does."""
    parts: list[bytes] = []
    header, number, frames = b"", 0, 0
    before: Image.Image | None = None
    for shot in film(scene, RATE, report):
        box = changed(before, shot.image)
        chunks = list(_chunks(shot.image.crop(box)))
        header = header or next(body for kind, body in chunks if kind == b"IHDR")
        place = (box[2] - box[0], box[3] - box[1], box[0], box[1])
        parts.append(_chunk(b"fcTL", struct.pack(">5I2H", number, *place, shot.ticks, RATE) + STAY))
        number += 1
        for body in (body for kind, body in chunks if kind == b"IDAT"):
            if before is None:
                parts.append(_chunk(b"IDAT", body))
            else:
                parts.append(_chunk(b"fdAT", struct.pack(">I", number) + body))
                number += 1
        before, frames = shot.image, frames + 1
    start = [SIGNATURE, _chunk(b"IHDR", header), _chunk(b"acTL", struct.pack(">2I", frames, 0))]
    return b"".join([*start, *parts, _chunk(b"IEND", b"")])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(image: Image.Image) -> Iterator[tuple[bytes, bytes]]:
    """The image as PNG, taken apart."""
    file = io.BytesIO()
    image.save(file, "PNG")
    content, at = file.getvalue(), len(SIGNATURE)
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += size + 12
