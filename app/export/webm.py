"""A Scene in; VP9 in WebM, out."""

from __future__ import annotations

from app.export.formats import Report
from app.export.scene import Scene
from app.export.video import video


def write(scene: Scene, report: Report) -> bytes:
    """Raises LimitError as `video` does."""
    options = {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "7", "row-mt": "1"}
    return video(scene, report, "webm", "libvpx-vp9", options)
