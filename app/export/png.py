"""A Scene in; one step of it as PNG, out."""

from __future__ import annotations

from app.export.formats import Report
from app.export.frame import still_sheet, still_step
from app.export.raster import png_of
from app.export.scene import Scene


def write(scene: Scene, report: Report) -> bytes:
    """One still picture. Raises LimitError beyond `still_pixels`."""
    svg = still_sheet(scene, outlined=True).still(still_step(scene))
    content = png_of(svg)
    report(1, 1)
    return content
