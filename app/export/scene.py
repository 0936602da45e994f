"""A Graph and a view of it in; the Scene every export starts from, out."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.explanations import Derivation
from app.graph import AutogradView, Graph, Struct
from app.picture import Picture, autograd_picture, draw, opening
from app.words import say

Whole = Annotated[int, Meta(ge=-(2**31), le=2**31)]
Name = Annotated[str, Meta(max_length=200)]
Side = Annotated[float, Meta(ge=100, le=20_000)]
Names = Annotated[list[Name], Meta(max_length=2_000)]
#: px a picture has on a slide of 1280 × 720, below its title and above its caption
SLIDE_ROOM = (1224.0, 572.0)


class How(Struct, frozen=True, kw_only=True):
    """What the person chose: everything that changes the file, and nothing else.

    `step` counts as `picture.timeline.state` does (-1 is the last). `first`…`last` bound the steps
    of a film or deck. `scale` multiplies pixels; `seconds` is one step's time in a film. `movie` adds a film to a
    deck. `opened`
    and `closed` are the fold state; `view` is program or autograd. `room` is the stage in px, so
    that the picture flows as it does on screen; a slide has a room of its own. `thumbs` puts heatmaps on the
    cards."""

    theme: Literal["light", "dark"] = "light"
    step: Whole = -1
    first: Whole = 0
    last: Whole = -1
    crop: Literal["graph", "frame"] = "graph"
    background: Literal["solid", "transparent"] = "solid"
    text: Literal["text", "paths"] = "text"
    scale: Annotated[float, Meta(ge=0.1, le=8)] = 1.0
    seconds: Annotated[float, Meta(ge=0.05, le=20)] = 0.9
    slides: Literal["clicks", "morph"] = "clicks"
    movie: bool = False
    title: Name = ""
    lang: Literal["en", "es"] = "en"
    view: Literal["program", "autograd"] = "program"
    opened: Names = []
    closed: Names = []
    selected: Name | None = None
    thumbs: bool = True
    room: tuple[Side, Side] | None = None


class Scene(Struct, frozen=True, kw_only=True):
    """A run, the picture of it as it stands on screen, and how it is to be exported.

    `autograd` and `derivation` are there where somebody asked the run for them,
    `template` is a deck of the person's own."""

    graph: Graph
    picture: Picture
    how: How
    autograd: AutogradView | None = None
    derivation: Derivation | None = None
    template: bytes | None = None

    @property
    def steps(self) -> range:
        """The steps a film or deck shows."""
        count = len(self.picture.steps)
        first = min(max(0, self.how.first), max(0, count - 1))
        last = self.how.last if self.how.last >= 0 else count - 1
        return range(first, max(first, min(last, count - 1)) + 1)

    @property
    def title(self) -> str:
        """What the person called it, else the root's name."""
        names = {node.id: node.name or node.op for node in self.graph.nodes}
        return self.how.title or names.get(self.graph.root or "", "") or "Gradreel"


def scene_of(graph: Graph, autograd: AutogradView | None, how: How) -> Scene:
    """Fold, lay out and draw as `how` says; some milliseconds."""
    is_slide = how.crop == "frame"
    room = SLIDE_ROOM if is_slide else how.room
    if how.view == "autograd" and autograd and autograd.nodes:
        picture = autograd_picture(autograd, graph, how.lang, room, is_slide)
    else:
        opened, closed = frozenset(how.opened), frozenset(how.closed)
        limit = opening(graph, room, is_slide)
        picture = draw(
            graph,
            lang=how.lang,
            limit=limit,
            opened=opened,
            closed=closed,
            room=room,
            thumbs=how.thumbs,
            is_slide=is_slide,
        )
    return Scene(graph=graph, picture=_unplayed(picture, how.lang), how=how, autograd=autograd)


def _unplayed(picture: Picture, lang: str) -> Picture:
    """In a file, nobody is asked to press play at first."""
    steps = picture.steps
    if not steps or steps[0].pass_index >= 0:
        return picture
    before = msgspec.structs.replace(steps[0], text=say("picture.before", lang))
    return msgspec.structs.replace(picture, steps=[before, *steps[1:]])


def with_how(scene: Scene, **changes: object) -> Scene:
    """The same scene exported otherwise, where the picture stays the same."""
    return msgspec.structs.replace(scene, how=msgspec.structs.replace(scene.how, **changes))
