"""What the page and the server say over the live socket, as typed values."""

from __future__ import annotations

from app.errors import Problem
from app.graph import Graph, Struct
from app.picture.marks import Picture
from app.protocol import Job, Slice, Sliced


class View(Struct, frozen=True, kw_only=True):
    """One drawn view: its marks and steps, and the SVG the page adopts."""

    picture: Picture
    svg: str


class Views(Struct, frozen=True, kw_only=True):
    """Both views of one run; autograd is null where there is no backward pass to draw."""

    program: View
    autograd: View | None


class RunMessage(Struct, frozen=True, kw_only=True, tag="run"):
    """Run a program; a newer one cancels it. `room` is the stage in px."""

    id: int
    job: Job
    room: tuple[float, float] | None = None


class CancelMessage(Struct, frozen=True, kw_only=True, tag="cancel"):
    """Stop the run now going on."""

    id: int


class SliceMessage(Struct, frozen=True, kw_only=True, tag="slice"):
    """Read part of a tensor of the last run."""

    id: int
    slice: Slice


class FoldMessage(Struct, frozen=True, kw_only=True, tag="fold"):
    """Draw the last run again with these scopes open or folded."""

    id: int
    opened: list[str]
    closed: list[str]


class ProgressMessage(Struct, frozen=True, kw_only=True, tag="progress"):
    """How far a run is."""

    id: int
    stage: str
    count: int
    elapsed_ms: float


class ResultMessage(Struct, frozen=True, kw_only=True, tag="result"):
    """A run's graph and pictures; `problem` when the program failed midway."""

    id: int
    graph: Graph
    views: Views
    problem: Problem | None = None


class ProblemMessage(Struct, frozen=True, kw_only=True, tag="problem"):
    """A run that drew nothing: the last good picture stays."""

    id: int
    problem: Problem


class ViewMessage(Struct, frozen=True, kw_only=True, tag="view"):
    """The program view after folding."""

    id: int
    view: View


class SlicedMessage(Struct, frozen=True, kw_only=True, tag="sliced"):
    """The answer to a slice."""

    id: int
    sliced: Sliced


FromPage = RunMessage | CancelMessage | SliceMessage | FoldMessage
ToPage = ProgressMessage | ResultMessage | ProblemMessage | ViewMessage | SlicedMessage
