"""The words of a Graph under construction: drafts of nodes, their outputs and their inputs."""

from __future__ import annotations

import dataclasses
from typing import Any

from app.graph import NodeKind, NoGradient, Span, Value


@dataclasses.dataclass(slots=True)
class Output:
    """One output of a draft: the tensor object, the event that made it, its autograd edge.

    `content` holds the elements of a small tensor as they were then; `version` tells the writes
    that came before it. `gradient` and `contributions` are filled by the flows."""

    tensor: Any
    event: int
    content: Any = None
    grad_fn: Any = None
    output_nr: int = 0
    gradient: Value | None = None
    keeps_grad: bool = False
    no_gradient: NoGradient | None = None
    is_detached: bool = False
    is_no_grad: bool = False


@dataclasses.dataclass(slots=True)
class Input:
    """One edge into a draft: which output of which draft, as which argument."""

    source: int
    output: int
    argument: int | str
    edge: str = ""
    #: contribution per accumulating pass, or the last pass's alone; `run` is the last one's
    contributions: list[Any] = dataclasses.field(default_factory=list)
    run: Any = None
    accumulated: bool = False


@dataclasses.dataclass(slots=True)
class Draft:
    """A node under construction; `index` is its place in creation order."""

    index: int
    kind: NodeKind
    op: str
    event: int
    span: Span | None
    name: str | None = None
    scope: int | None = None
    outputs: list[Output] = dataclasses.field(default_factory=list)
    inputs: list[Input] = dataclasses.field(default_factory=list)
    literals: list[Any] = dataclasses.field(default_factory=list)
    autograd: Any = None
    owned: list[Any] = dataclasses.field(default_factory=list)
    depth: int = 0
    failed: bool = False
    is_update: bool = False
    is_dropped: bool = False


@dataclasses.dataclass(slots=True)
class ScopeDraft:
    """A scope under construction."""

    index: int
    parent: int | None
    kind: str
    name: str
    path: str
    type: str
    key: object
    iterations: int = 0
    is_iteration: bool = False
