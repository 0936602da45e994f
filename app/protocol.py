"""What the server and a worker say to each other, as typed values; neither trusts the other's bytes."""

from __future__ import annotations

from typing import Any, Literal

from app.errors import Problem
from app.explanations import Answer, Question
from app.graph import AutogradView, Graph, Struct


class Options(Struct, frozen=True, kw_only=True):
    """How to run: `root` is a node id of an earlier run of the same source, or null to infer."""

    device: str = "cpu"
    dtype: Literal["float32", "float64"] = "float32"
    seed: int = 0
    root: str | None = None
    lang: str = "en"


class Job(Struct, frozen=True, kw_only=True, tag="job"):
    """A program to run. `language` null means detect; `inputs` override free variables. A run that
    `is_watched` is outlined before it is told whole, where that takes long."""

    source: str
    language: str | None = None
    inputs: dict[str, Any] = {}
    options: Options = Options()
    is_watched: bool = False


class Progress(Struct, frozen=True, kw_only=True, tag="progress"):
    """Sent while a job runs: `count` of `total`, where the total is known."""

    stage: Literal["parse", "forward", "backward", "graph", "layout"]
    count: int = 0
    total: int | None = None


class Sketch(Struct, frozen=True, kw_only=True, tag="sketch"):
    """Sent a few times while a long job runs: the graph of the first `shown` of `events` so far,
    tensors above 64 elements unread. The one sent when it is over, `is_outline`, has all nodes of
    a long run, and nothing of its backward passes."""

    graph: Graph
    events: int
    shown: int
    is_outline: bool = False


class Outcome(Struct, frozen=True, kw_only=True, tag="outcome"):
    """The end of a job: a graph, a problem, or both when the program failed midway."""

    graph: Graph | None = None
    autograd: AutogradView | None = None
    problem: Problem | None = None


Request = Job | Question
Reply = Progress | Sketch | Outcome | Answer
