"""What the page and the server say over the live socket, as typed values."""

from __future__ import annotations

from app.errors import Problem
from app.explanations import Answer, Question
from app.export.scene import How
from app.graph import Graph, Struct
from app.layout import Found
from app.picture.marks import Picture
from app.protocol import Job


class View(Struct, frozen=True, kw_only=True):
    """One drawn view: its marks and steps, and the SVG the page adopts."""

    picture: Picture
    svg: str


class Views(Struct, frozen=True, kw_only=True):
    """Both views of one run; autograd is null where there is no backward pass to draw."""

    program: View
    autograd: View | None


class RunMessage(Struct, frozen=True, kw_only=True, tag="run"):
    """Run a program; a newer one cancels it. `room` is the stage in px, `thumbs` whether cards
    show heatmaps."""

    id: int
    job: Job
    room: tuple[float, float] | None = None
    thumbs: bool = True


class CancelMessage(Struct, frozen=True, kw_only=True, tag="cancel"):
    """Stop the run now going on."""

    id: int


class AskMessage(Struct, frozen=True, kw_only=True, tag="ask"):
    """Ask the worker of the last run."""

    id: int
    question: Question


class FoldMessage(Struct, frozen=True, kw_only=True, tag="fold"):
    """Draw the last run again with these scopes and groups open or folded; besides, open all that
    hides the node or scope `reveal`, or all below the scope `below` ("" is everything) for which
    there is room."""

    id: int
    opened: list[str]
    closed: list[str]
    reveal: str | None = None
    below: str | None = None
    thumbs: bool = True


class FindMessage(Struct, frozen=True, kw_only=True, tag="find"):
    """Look for nodes and scopes of the last run, also inside folds."""

    id: int
    text: str


class ExportMessage(Struct, frozen=True, kw_only=True, tag="export"):
    """Make a file of the last run. `template` is a deck of the person's own, base64."""

    id: int
    suffix: str
    how: How = How()
    template: str | None = None


class StopExportMessage(Struct, frozen=True, kw_only=True, tag="stop_export"):
    """Stop making that file."""

    id: int


class ProgressMessage(Struct, frozen=True, kw_only=True, tag="progress"):
    """How far a run is: `count` of `total`, where the total is known."""

    id: int
    stage: str
    count: int
    elapsed_ms: float
    total: int | None = None


class SketchMessage(Struct, frozen=True, kw_only=True, tag="sketch"):
    """The pictures of a run that goes on: its first `shown` of `events` so far; of one that is over,
    `is_outline`, all, but for its backward passes. The graph is the part they show of `size` nodes
    and edges; `opened` and `closed` are how the visitor has folded the sketch before."""

    id: int
    graph: Graph
    views: Views
    size: tuple[int, int]
    events: int
    shown: int
    is_outline: bool = False
    opened: list[str] = []
    closed: list[str] = []


class ResultMessage(Struct, frozen=True, kw_only=True, tag="result"):
    """A run's pictures and the part of its graph they show, which has `size` nodes and edges in
    all, folded as its last sketch was; `problem` when the program failed midway."""

    id: int
    graph: Graph
    views: Views
    size: tuple[int, int]
    problem: Problem | None = None
    opened: list[str] = []
    closed: list[str] = []
    is_mending: bool = False


class ProblemMessage(Struct, frozen=True, kw_only=True, tag="problem"):
    """A run that drew nothing: the last good picture stays. While one `is_mending`, a repair is
    tried, and a MendedMessage follows."""

    id: int
    problem: Problem
    is_mending: bool = False


class MendedMessage(Struct, frozen=True, kw_only=True, tag="mended"):
    """The problem a run has been said to have, with its repair."""

    id: int
    problem: Problem


class ViewMessage(Struct, frozen=True, kw_only=True, tag="view"):
    """The program view after folding: what is open now, and the part of the graph it shows."""

    id: int
    view: View
    graph: Graph
    opened: list[str]


class FoundMessage(Struct, frozen=True, kw_only=True, tag="found"):
    """What was found."""

    id: int
    found: Found


class AnswerMessage(Struct, frozen=True, kw_only=True, tag="answer"):
    """The worker's answer."""

    id: int
    answer: Answer


class ExportingMessage(Struct, frozen=True, kw_only=True, tag="exporting"):
    """How far a file is: `done` of `of` steps."""

    id: int
    done: int
    of: int


class ExportedMessage(Struct, frozen=True, kw_only=True, tag="exported"):
    """A file is ready at `url`; `size` in bytes. A file that could not be made answers a
    ProblemMessage instead."""

    id: int
    url: str
    name: str
    size: int


FromPage = (
    RunMessage
    | CancelMessage
    | AskMessage
    | FoldMessage
    | FindMessage
    | ExportMessage
    | StopExportMessage
)
ToPage = (
    ProgressMessage
    | SketchMessage
    | ResultMessage
    | ProblemMessage
    | MendedMessage
    | ViewMessage
    | AnswerMessage
    | FoundMessage
    | ExportingMessage
    | ExportedMessage
)
