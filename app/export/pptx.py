"""A Scene, and a deck of the user's own if they have one, in; a PowerPoint deck of native shapes, out."""

from __future__ import annotations

from app.export.deck.base import Base, blank
from app.export.deck.camera import LEAST
from app.export.deck.clicks import ClickSlide
from app.export.deck.derivation import add_derivation
from app.export.deck.morph import add_morph
from app.export.deck.movie import add_movie
from app.export.deck.notes import left_out, notes_of
from app.export.deck.package import packed
from app.export.deck.place import fitted
from app.export.deck.route import connectors
from app.export.deck.shapes import Figure, Look
from app.export.deck.slide import Caption, add_notes, add_slide, caption, move
from app.export.deck.story import Story, story_of
from app.export.deck.template import opened
from app.export.deck.timing import timing
from app.export.formats import Report
from app.export.scene import Scene
from app.settings import settings
from app.words import say


def write(scene: Scene, report: Report, template: bytes | None = None) -> bytes:
    """The deck. Clicks: one slide that opens on the first step, and a click for every other one.
    Morph: one slide for every step, and a view that follows the steps where the picture is wide. `template` (or the Scene's) lends size, fonts, colours, layout and background.

    Raises LimitError for a template that cannot be used."""
    base = _base(scene, template or scene.template)
    story = story_of(scene, settings().deck_steps)
    figure = Figure(scene.picture.marks, connectors(scene.picture.marks))
    if scene.how.slides == "morph":
        add_morph(base, scene, story, figure, _look(base, scene), report)
    else:
        _clicks(base, scene, story, figure, report)
    add_derivation(base, scene, report)
    if scene.how.movie and story.moments:
        add_movie(base, scene, report)
    return packed(base.deck, scene.title)


def write_with_template(scene: Scene, report: Report, template: bytes) -> bytes:
    """`write` into a deck of the user's own. Raises LimitError for one that cannot be used."""
    return write(scene, report, template)


def _base(scene: Scene, template: bytes | None) -> Base:
    if template is None:
        return blank(scene.how.theme)
    size = (scene.picture.width, scene.picture.height)
    return opened(template, size, settings(), scene.how.lang)


def _look(base: Base, scene: Scene) -> Look:
    picture = scene.picture
    fit = fitted(picture.width, picture.height, base.area)
    root, selected = scene.graph.root, scene.how.selected
    return Look(base.palette, fit._replace(letters=base.letters), scene.how.lang, root, selected)


def _clicks(base: Base, scene: Scene, story: Story, figure: Figure, report: Report) -> None:
    lang = scene.how.lang
    look = _look(base, scene)
    page = ClickSlide(figure, story.moments, look, base.deck.slide_height)
    fine = [scene.picture.abridged, left_out(story, lang) if story.left_out else ""]
    said = Caption(fine=" · ".join(one for one in fine if one))
    slide = add_slide(base, scene.title, page.shapes() + caption(base, said, lang))
    move(slide, *([timing(page.clicks)] if page.clicks else []))
    small = say("deck.small", lang, percent=round(100 * look.fit.zoom))
    more = [small] if look.fit.zoom < LEAST else []
    add_notes(slide, notes_of(scene, story.moments, story, more))
    report(1, 1)
