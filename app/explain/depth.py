"""A finished run in; the root mean square of activations and gradients along its depth, out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from app.autograd.flows import as_tensor
from app.autograd.values import number
from app.explain.replay import Place, Replay
from app.health import Depth
from app.numbers import text_of

#: elements squared at a time
CHUNK = 1 << 20
#: points of the profile; a deeper program is sampled evenly
POINTS = 80
#: how many times smaller (or larger) gradients become before it is worth saying
RATIO = 1e4
#: steps a trend must run over
DEPTH = 6


def profile(replay: Replay) -> list[Depth]:
    """One point per module that ends in an op with a gradient, else per op, in forward order."""
    ends = module_ends(replay) or op_ends(replay)
    if len(ends) > POINTS:
        ends = [ends[k * len(ends) // POINTS] for k in range(POINTS)]
    points = []
    for name, place in ends:
        gradient = replay.assembly.flows.gradients.get(place)
        points.append(
            Depth(
                name=name,
                node=replay.assembly.ids[place[0]],
                activation=number(rms(replay.value(place))),
                gradient=None if gradient is None else number(rms(as_tensor(gradient))),
            )
        )
    return points


def op_ends(replay: Replay) -> list[tuple[str, Place]]:
    """Every op with a gradient."""
    found = []
    for draft in replay.drafts:
        place = (draft.index, 0)
        if draft.kind == "op" and draft.index in replay.assembly.ids and not draft.is_update:
            if place in replay.assembly.flows.gradients:
                found.append((draft.name or draft.op, place))
    return found


def module_ends(replay: Replay) -> list[tuple[str, Place]]:
    """The last op of every innermost module call."""
    scopes = replay.assembly.weaver.nest.scopes
    last: dict[int, Place] = {}
    for name, place in op_ends(replay):
        del name
        scope: Any = replay.drafts[place[0]].scope
        if scope is not None and scopes[scope].kind == "module":
            last[scope] = place
    if len(last) < 3:
        return []
    ends = sorted(last.items(), key=lambda item: item[1])
    return [(scopes[scope].path or scopes[scope].name, place) for scope, place in ends]


def rms(tensor: Tensor) -> float:
    """√mean(x²), in float64."""
    if not tensor.numel() or not tensor.is_floating_point():
        return 0.0
    squares = 0.0
    for part in tensor.detach().reshape(-1).split(CHUNK):  # a whole copy of a large one may not fit
        squares += float(torch.linalg.vector_norm(part, dtype=torch.float64)) ** 2
    return math.sqrt(squares / tensor.numel())


def trend(points: list[Depth]) -> tuple[str, list[str], dict[str, Any]] | None:
    """(code, nodes, words) where gradients shrink or grow along the way back; else None."""
    sizes = [
        (point.node, float(point.gradient))
        for point in points
        if isinstance(point.gradient, (int, float)) and point.gradient > 0
    ]
    if len(sizes) < DEPTH:
        return None
    early, late = sizes[0], sizes[-1]
    ratio = early[1] / late[1]
    if not math.isfinite(ratio) or 1 / RATIO < ratio < RATIO:
        return None
    code = "vanishing" if ratio < 1 else "exploding"
    return code, [early[0], late[0]], {"ratio": text_of(ratio), "count": len(sizes)}
