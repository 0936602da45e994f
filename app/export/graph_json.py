"""A Scene in; its Graph as JSON, out."""

from __future__ import annotations

from app.export.formats import Report
from app.export.scene import Scene
from app.graph import encode


def write(scene: Scene, report: Report) -> bytes:
    """The public wire format, gradreel.graph/1."""
    return encode(scene.graph) + b"\n"
