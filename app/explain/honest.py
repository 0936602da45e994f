"""A backward pass and the ops of a path in; the op whose own contribution its own finite differences
do not confirm, out."""

from __future__ import annotations

from inspect import signature
from typing import Any

import torch
from torch import Tensor

from app.autograd.events import Op
from app.autograd.flows import as_tensor
from app.explain.replay import Backward, Place, Replay, Unreplayable, flat_tensors

#: step of a central difference in float64, times max(1, |x|)
STEP = 6e-6
#: ops that read one triangle of a matrix and differentiate as if the other followed
SYMMETRIC = frozenset({"linalg_eigh", "linalg_eigvalsh", "linalg_cholesky", "cholesky"})


def culprit(replay: Replay, backward: Backward, between: list[int]) -> str | None:
    """The op nearest the root, of the drafts `between`, that sent something else than its own
    differences say; None where every one is honest."""
    wanted = set(between)
    for step in backward.draft.steps:
        if step.draft in wanted and not is_honest(replay, backward, step):
            return replay.assembly.ids.get(step.draft)
    return None


def excuse(replay: Replay, leaf: Place, between: list[int], node: str | None) -> str | None:
    """Why a true gradient differs from the slope all the same, where `node` is the culprit: an op
    that takes its matrix to be symmetric; or, where all are honest, a hook of the program's."""
    if node is not None:
        ops = {replay.drafts[d].op for d in between if replay.assembly.ids.get(d) == node}
        return None if ops.isdisjoint(SYMMETRIC) else "symmetric"
    places = [leaf, *((d, k) for d in between for k in range(len(replay.drafts[d].outputs)))]
    hooked = replay.assembly.weaver.hooked
    return (
        "hooked"
        if any(id(replay.drafts[d].outputs[k].tensor) in hooked for d, k in places)
        else None
    )


def unlearned(replay: Replay, leaf: Place) -> set[int]:
    """Flat positions of a leaf that torch gives no gradient by design: the rows of an embedding's
    `padding_idx`, though the root does depend on them."""
    found: set[int] = set()
    for edge, draft in [(e, d) for d in replay.drafts for e in d.inputs if _is(e, leaf)]:
        event = replay.events[draft.event]
        if draft.op not in ("embedding", "embedding_bag") or not isinstance(event, Op):
            continue
        given = signature(event.func).bind_partial(*event.args, **(event.kwargs or {})).arguments
        row = given.get("padding_idx")
        if row is not None and edge.argument in (1, "weight"):
            width = replay.value(leaf)[0].numel()
            start = row % len(replay.value(leaf)) * width
            found.update(range(start, start + width))
    return found


def _is(edge: Any, place: Place) -> bool:
    return bool((edge.source, edge.output) == place)


def is_honest(replay: Replay, backward: Backward, step: Any) -> bool:
    """Whether an op sent ⟨upstream, J v⟩ = ⟨contribution, v⟩ for a random v."""
    draft = replay.drafts[step.draft]
    operands = [replay.operand((e.source, e.output), {}, torch.float64) for e in draft.inputs]
    generator = torch.Generator().manual_seed(1)
    for position, sent in zip(step.inputs, step.contributions):
        if sent is None:
            continue
        wanted = as_tensor(sent).double()
        v = torch.randn(operands[position].shape, generator=generator, dtype=torch.float64)
        try:
            ends = [
                _paired(replay, backward, draft, operands, position, s * STEP * v) for s in (1, -1)
            ]
        except (Unreplayable, RuntimeError, TypeError, ValueError):
            return True
        slope = (ends[0] - ends[1]) / (2 * STEP)
        expected = float((wanted * v).sum())
        if abs(slope - expected) > 2e-2 * max(abs(slope), abs(expected)) + 1e-6:
            return False
    return True


def _paired(
    replay: Replay, backward: Backward, draft: Any, operands: list[Tensor], at: int, move: Tensor
) -> float:
    """⟨upstream, op(… moved argument …)⟩."""
    moved = [t + move if k == at else t for k, t in enumerate(operands)]
    outs = flat_tensors(replay.call(draft, moved, torch.float64))
    held = backward.held[draft.index]
    return sum(float((y.double() * g.double()).sum()) for y, g in zip(outs, held) if g is not None)
