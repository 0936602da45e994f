"""A Scene and a codec in; a video of its steps at a constant rate, out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from app.errors import LimitError
from app.export.film import film
from app.export.formats import Report
from app.export.scene import Scene, with_how

#: frames a second
RATE = 30
#: how players are told to read the colours (ITU-T H.273)
BT709, NARROW = 1, 1


def video(
    scene: Scene, report: Report, container: str, codec: str, options: dict[str, str]
) -> bytes:
    """Pixels are yuv420p after BT.709, so sides are even; a video has a solid background.

    Raises LimitError `video_missing` without PyAV, and as `film` does."""
    try:
        import av
    except ImportError as error:
        raise LimitError("video_missing", lang=scene.how.lang) from error

    scene = with_how(scene, background="solid")
    # to put its index first, MP4 reads back what it has written: that needs a file with a name
    with tempfile.TemporaryDirectory(prefix="gradreel-") as folder:
        path = Path(folder) / f"film.{container}"
        moving = {"movflags": "+faststart"} if container == "mp4" else {}
        with av.open(str(path), "w", format=container, options=moving) as file:
            stream: Any = None
            at = 0
            for shot in film(scene, RATE, report):
                if stream is None:
                    stream = stream_of(file, codec, options, shot.image.size)
                frame = av.VideoFrame.from_image(even(shot.image)).reformat(
                    format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
                )
                for _ in range(shot.ticks):
                    frame.pts = at
                    at += 1
                    file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        return path.read_bytes()


def stream_of(file: Any, codec: str, options: dict[str, str], size: tuple[int, int]) -> Any:
    """A stream for frames of this size, its sides made even."""
    stream = file.add_stream(codec, rate=RATE, options=options)
    stream.width, stream.height = (side + side % 2 for side in size)
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = NARROW
    return stream


def even(image: Image.Image) -> Image.Image:
    """One more row or column, repeated from the edge, where a side is odd."""
    wide, high = image.size
    if wide % 2 == high % 2 == 0:
        return image
    whole = Image.new("RGB", (wide + wide % 2, high + high % 2))
    whole.paste(image, (wide % 2, high % 2))
    whole.paste(image, (0, 0))
    return whole
