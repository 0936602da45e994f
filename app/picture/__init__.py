"""A Graph in; the Picture of it (marks and steps), and its SVG, out."""

from __future__ import annotations

from app.graph import AutogradView, Graph, Struct
from app.layout import Fold, part_of, roomiest, visible
from app.picture.autograd import autograd_picture
from app.picture.cards import crowded, faces_of
from app.picture.compose import inside, marks_of, plan_of
from app.picture.marks import Picture
from app.picture.opening import opening
from app.picture.steps import Timeline
from app.picture.svg import svg
from app.picture.thumbs import CARDS
from app.picture.timeline import state
from app.words import say


def draw(
    graph: Graph,
    *,
    lang: str = "en",
    limit: int = 60,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
    room: tuple[float, float] | None = None,
    thumbs: bool = True,
    is_slide: bool = False,
) -> Picture:
    """Fold, measure, lay out, compose, and write the timeline. Pure; some milliseconds.

    `room` is the stage in px (of a slide where it `is_slide`): a picture too wide for it flows
    downwards instead. `thumbs` puts heatmaps on the cards of tensors, unless the cards are many."""
    return draw_fold(graph, visible(graph, limit, opened, closed), lang, room, thumbs, is_slide)


def draw_fold(
    graph: Graph,
    fold: Fold,
    lang: str = "en",
    room: tuple[float, float] | None = None,
    thumbs: bool = True,
    is_slide: bool = False,
) -> Picture:
    """The same for a fold state already chosen."""
    faces = faces_of(graph, fold, lang, thumbs)
    layout = roomiest(plan_of(graph, fold, faces), room, is_slide)
    marks = marks_of(graph, fold, layout, faces, lang)
    steps = Timeline(graph, fold, marks, faces, lang).build(marks)
    marks = inside(marks, steps, layout.width)
    left_out = []
    if fold.hidden:
        left_out.append(say("picture.abridged", lang, hidden=fold.hidden, total=len(graph.nodes)))
    if thumbs and crowded(graph, fold):
        left_out.append(say("picture.crowded", lang, limit=CARDS))
    return Picture(
        width=layout.width,
        height=layout.height,
        marks=marks,
        steps=steps,
        abridged=" · ".join(left_out),
    )


class Shown(Struct, frozen=True, kw_only=True):
    """What a page shows of a run: both views with their screen SVG, and the part of the graph that
    goes with them."""

    program: tuple[Picture, str]
    autograd: tuple[Picture, str] | None
    graph: Graph


def views(
    graph: Graph,
    autograd: AutogradView | None,
    lang: str,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
    room: tuple[float, float] | None = None,
    limit: int = 60,
    thumbs: bool = True,
) -> Shown:
    """Everything a page shows after a run or a folding."""
    fold = visible(graph, limit, opened, closed)
    program = draw_fold(graph, fold, lang, room, thumbs)
    second = None
    if autograd and autograd.nodes:
        picture = autograd_picture(autograd, graph, lang, room)
        second = (picture, svg(picture, screen=True))
    return Shown(
        program=(program, svg(program, screen=True)), autograd=second, graph=part_of(graph, fold)
    )


__all__ = ["Picture", "autograd_picture", "draw", "opening", "state", "svg", "views"]
