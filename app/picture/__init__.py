"""A Graph in; the Picture of it (marks and steps), and its SVG, out."""

from __future__ import annotations

from app.graph import AutogradView, Graph
from app.layout import roomiest, visible
from app.picture.autograd import autograd_picture
from app.picture.cards import faces_of
from app.picture.compose import marks_of, plan_of
from app.picture.marks import Picture
from app.picture.steps import Timeline
from app.picture.svg import svg
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
) -> Picture:
    """Fold, measure, lay out, compose, and write the timeline. Pure; some milliseconds.

    `room` is the stage in px: a picture too wide for it flows downwards instead."""
    fold = visible(graph, limit, opened, closed)
    faces = faces_of(graph, fold, lang)
    layout = roomiest(plan_of(graph, fold, faces), room)
    marks = marks_of(graph, fold, layout, faces, lang)
    steps = Timeline(graph, fold, marks, faces, lang).build(marks)
    abridged = ""
    if fold.hidden:
        abridged = say("picture.abridged", lang, hidden=fold.hidden, total=len(graph.nodes))
    return Picture(
        width=layout.width, height=layout.height, marks=marks, steps=steps, abridged=abridged
    )


def views(
    graph: Graph,
    autograd: AutogradView | None,
    lang: str,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
    room: tuple[float, float] | None = None,
) -> dict[str, tuple[Picture, str] | None]:
    """Both views with their screen SVG: what the page shows after a run."""
    program = draw(graph, lang=lang, opened=opened, closed=closed, room=room)
    found: dict[str, tuple[Picture, str] | None] = {
        "program": (program, svg(program, screen=True)),
        "autograd": None,
    }
    if autograd and autograd.nodes:
        second = autograd_picture(autograd, graph, lang, room)
        found["autograd"] = (second, svg(second, screen=True))
    return found


__all__ = ["Picture", "autograd_picture", "draw", "state", "svg", "views"]
