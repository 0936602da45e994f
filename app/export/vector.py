"""A Scene in; portable SVG, out."""

from __future__ import annotations

from xml.sax.saxutils import escape

from app.export.formats import Report
from app.export.frame import sheet_of, still_step
from app.export.scene import Scene
from app.picture.pen import clean


def write(scene: Scene, report: Report) -> bytes:
    """One still picture at the chosen step, with the title and the step's sentence for those who
    hear it."""
    step = still_step(scene)
    content = sheet_of(scene).still(step, head=spoken(scene, step)).encode()
    report(1, 1)
    return content


def spoken(scene: Scene, step: int | None = None) -> str:
    """<title> and <desc> of a picture, for screen readers."""
    steps = scene.picture.steps
    words = f"<title>{escape(clean(scene.title))}</title>"
    if step is not None and steps:
        words += f"<desc>{escape(clean(steps[step].text))}</desc>"
    return words
