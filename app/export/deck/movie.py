"""A Scene in; a slide that plays its film, or one that says why there is none, out."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

from PIL import Image

from app.errors import LimitError
from app.export.deck.base import Base
from app.export.deck.notes import chosen
from app.export.deck.place import fitted
from app.export.deck.slide import Caption, add_notes, add_slide, caption
from app.export.formats import FORMATS, Report, export
from app.export.scene import Scene, with_how
from app.words import say


def add_movie(base: Base, scene: Scene, report: Report) -> None:
    """The last slide of a deck: the same steps as a film that starts with a click."""
    lang, title = scene.how.lang, say("deck.movie", scene.how.lang, title=scene.title)
    try:
        film, poster = _film(scene, report)
    except LimitError as error:
        said = Caption(text=error.problem.message, fine=error.problem.hint)
        slide = add_slide(base, title, caption(base, said, lang))
        add_notes(slide, f"{error.problem.message} {error.problem.hint}")
        return
    slide = add_slide(base, title, [])
    with Image.open(io.BytesIO(poster)) as image:
        wide, high = image.size
    fit = fitted(wide, high, base.area)
    x, y = fit.at(0, 0)
    shape: Any = slide.shapes.add_movie(
        io.BytesIO(film), x, y, fit.size(wide), fit.size(high),
        poster_frame_image=io.BytesIO(poster), mime_type="video/mp4",
    )  # fmt: skip
    shape.name = "!!movie"
    alt = say("deck.alt_movie", lang, count=len(scene.steps))
    shape._element.nvPicPr.cNvPr.set("descr", alt)
    add_notes(slide, f"{alt}\n\n{chosen(scene)}")


def _film(scene: Scene, report: Report) -> tuple[bytes, bytes]:
    """The film and the still it opens on. Raises LimitError where there can be none."""
    if "mp4" not in FORMATS or find_spec("av") is None:
        raise LimitError("video_missing", lang=scene.how.lang)
    whole = with_how(scene, crop="graph", background="solid")
    return export(whole, "mp4", report), export(with_how(whole, step=scene.steps[-1]), "png")
