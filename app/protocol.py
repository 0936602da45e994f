"""What the server and a worker say to each other, as typed values; neither trusts the other's bytes."""

from __future__ import annotations

from typing import Any, Literal

from app.errors import Problem
from app.graph import AutogradView, Graph, Struct, Value


class Options(Struct, frozen=True, kw_only=True):
    """How to run: `root` is a node id of an earlier run of the same source, or null to infer."""

    device: str = "cpu"
    dtype: Literal["float32", "float64"] = "float32"
    seed: int = 0
    root: str | None = None
    lang: str = "en"


class Job(Struct, frozen=True, kw_only=True, tag="job"):
    """A program to run. `language` null means detect; `inputs` override free variables."""

    source: str
    language: str | None = None
    inputs: dict[str, Any] = {}
    options: Options = Options()


class Slice(Struct, frozen=True, kw_only=True, tag="slice"):
    """Ask a finished worker for part of a tensor: one index or [start, stop, step] per dimension."""

    node: str
    output: int
    of: Literal["value", "gradient"] = "value"
    index: list[int | list[int]] = []


class Progress(Struct, frozen=True, kw_only=True, tag="progress"):
    """Sent while a job runs."""

    stage: Literal["parse", "forward", "backward", "graph", "layout"]
    count: int = 0


class Outcome(Struct, frozen=True, kw_only=True, tag="outcome"):
    """The end of a job: a graph, a problem, or both when the program failed midway."""

    graph: Graph | None = None
    autograd: AutogradView | None = None
    problem: Problem | None = None


class Sliced(Struct, frozen=True, kw_only=True, tag="sliced"):
    """The answer to a Slice."""

    shape: list[int] = []
    value: Value | None = None
    problem: Problem | None = None


Request = Job | Slice
Reply = Progress | Outcome | Sliced
