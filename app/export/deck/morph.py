"""A Story and its figure in; a slide for every moment, which Morph turns into motion, out."""

from __future__ import annotations

from app.export.deck.base import Base
from app.export.deck.camera import shown, views
from app.export.deck.notes import left_out, notes_of
from app.export.deck.place import window
from app.export.deck.shapes import Figure, Look
from app.export.deck.slide import MORPH, Caption, add_notes, add_slide, caption, move
from app.export.deck.story import Moment, Story
from app.export.formats import Report
from app.export.scene import Scene
from app.words import say


def add_morph(
    base: Base, scene: Scene, story: Story, figure: Figure, look: Look, report: Report
) -> None:
    """Every mark keeps its id and name from slide to slide; the view follows wide pictures."""
    seen = views(scene.picture, figure, story.moments, base.area)
    for k, moment in enumerate(story.moments):
        now = look._replace(kind=moment.step.kind)
        marks, part = figure.marks, seen[k]
        if part is not None:
            fit = window(part, base.area)._replace(letters=look.fit.letters)
            now = now._replace(fit=fit, seen=part)
            marks = [mark for mark in marks if shown(figure, mark, part)]
        shapes = [figure.draw(mark, moment.states, now) for mark in marks]
        is_last = k == len(story.moments) - 1
        fine = [scene.picture.abridged]
        if part is not None:
            cards = sum(mark.role == "card" for mark in marks)
            fine.append(say("deck.zoomed", look.lang, shown=cards, count=len(figure.cards)))
        if story.left_out and is_last:
            fine.append(left_out(story, look.lang))
        said = _caption(base, scene, moment, fine)
        slide = add_slide(base, scene.title, shapes + caption(base, said, look.lang))
        if k:
            move(slide, MORPH)
        end = story if is_last else story._replace(left_out=0)
        add_notes(slide, notes_of(scene, [moment], end, []))
        report(k + 1, len(story.moments))


def _caption(base: Base, scene: Scene, moment: Moment, fine: list[str]) -> Caption:
    """Where we are, what happens, and the small print."""
    kind, count = moment.step.kind, len(scene.picture.steps) - 1
    begun = moment.step.pass_index >= 0
    place = say(f"deck.{kind}", scene.how.lang, step=moment.number, count=count) if begun else ""
    colour = base.palette.of_pass(kind)
    return Caption(place, colour, moment.step.text, " · ".join(one for one in fine if one))
