"""The words of a Graph under construction: drafts of nodes, their outputs and their inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from app.graph import NodeKind, Span


@dataclasses.dataclass(slots=True)
class Output:
    """One output of a draft: the tensor object, the event that made it, its autograd edge.

    `content` holds the elements of a small tensor as they were then; `version` tells the writes
    that came before it. `contributions` of the inputs are filled by the flows."""

    tensor: Any
    event: int
    content: Any = None
    grad_fn: Any = None
    output_nr: int = 0
    keeps_grad: bool = False
    #: not a result of the call but of an op within it, kept for backward
    is_inside: bool = False
    #: whether some of its elements nobody had written yet (torch.empty)
    is_unset: bool = False
    #: an alias of the memory it had, where it was given other memory later
    alias: Any = None
    #: shape, strides and offset it had, where an op changed them in place later
    layout: tuple[tuple[int, ...], tuple[int, ...], int] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape it was made with."""
        return self.layout[0] if self.layout else tuple(self.tensor.shape)


@dataclasses.dataclass(slots=True)
class Input:
    """One edge into a draft: which output of which draft, as which argument."""

    source: int
    output: int
    argument: int | str
    #: contribution per accumulating pass, or the last pass's alone; `run` is the last one's
    contributions: tuple[Any, ...] = ()
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
    literals: Sequence[Any] = ()
    depth: int = 0
    failed: bool = False
    #: an op used one of its outputs
    is_read: bool = False
    is_update: bool = False
    #: whether it read elements that nobody had written
    reads_unset: bool = False
    #: made by ops that were not recorded
    is_hidden: bool = False
    #: gradients clipped: the event
    clipped: Any = None
    is_dropped: bool = False
    #: dropped only because the run is too long for a reply
    is_left_out: bool = False


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


@dataclasses.dataclass(slots=True)
class StepDraft:
    """One step: its draft, the inputs it sends along (positions), what it sends and held."""

    draft: int
    inputs: list[int]
    contributions: list[Any] = dataclasses.field(default_factory=list)
    gradients: list[Any] = dataclasses.field(default_factory=list)
    #: what a leaf's .grad held before the pass
    before: Any = None


@dataclasses.dataclass(slots=True)
class PassDraft:
    """One pass under construction."""

    kind: str
    root: int | None = None
    inferred: bool = False
    steps: list[StepDraft] = dataclasses.field(default_factory=list)
