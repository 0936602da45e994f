"""A Scene and a format's name in; the bytes of a file for somebody's slides, out."""

from __future__ import annotations

from app.export.formats import FORMATS, Format, export
from app.export.scene import How, Scene, scene_of

__all__ = ["FORMATS", "Format", "How", "Scene", "export", "scene_of"]
