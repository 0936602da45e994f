"""Nothing in; the vocabulary of a network's health: what its layers, ops and parameters are like, out."""

from __future__ import annotations

from typing import Literal

from app.graph import Number, Struct


class Depth(Struct, frozen=True, kw_only=True):
    """One point along depth: root mean square of what a layer gives and of its gradient."""

    name: str
    node: str
    activation: Number
    gradient: Number | None


class Units(Struct, frozen=True, kw_only=True):
    """One layer of units. `dead`: share that give 0 for every example; `saturated`: share of
    elements within 0.02 of a bound; `entropy`: of attention rows, 0 looks at one token, 1 at all
    alike."""

    node: str
    name: str
    kind: Literal["dead", "saturated", "entropy"]
    share: Number
    count: int


class OpCost(Struct, frozen=True, kw_only=True):
    """One op computed again alone, without recording: milliseconds (null where there was no time
    left), floating point operations (null where torch has no formula), bytes it makes."""

    node: str
    name: str
    path: str
    ms: float | None
    flops: int | None
    bytes: int


class ScopeCost(Struct, frozen=True, kw_only=True):
    """The same summed over a scope and all in it, forward; `parameters` are numbers learnt."""

    scope: str
    parent: str | None
    path: str
    type: str
    ops: int
    ms: float
    flops: int
    bytes: int
    parameters: int


class ParameterHealth(Struct, frozen=True, kw_only=True):
    """One parameter. `ratio` is |update|/|w| where an optimizer stepped, else |gradient|/|w|."""

    node: str
    name: str
    shape: list[int]
    norm: Number
    gradient: Number | None
    ratio: Number | None
    is_update: bool
    reason: str | None = None


class Health(Struct, frozen=True, kw_only=True, tag="health"):
    """How a network is doing: along depth, by layer of units, by op, by scope, by parameter."""

    profile: list[Depth]
    units: list[Units]
    ops: list[OpCost]
    scopes: list[ScopeCost]
    parameters: list[ParameterHealth]
    ms: float
    flops: int
    notes: list[str] = []
