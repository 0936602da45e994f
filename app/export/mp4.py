"""A Scene in; H.264 in MP4, which plays everywhere and starts at once, out."""

from __future__ import annotations

from app.export.formats import Report
from app.export.scene import Scene
from app.export.video import video


def write(scene: Scene, report: Report) -> bytes:
    """Raises LimitError as `video` does."""
    options = {"crf": "18", "preset": "veryfast", "tune": "animation"}
    return video(scene, report, "mp4", "libx264", options)
