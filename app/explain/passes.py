"""A backward pass as it ran in; the same with one step per op, and what each op held, out."""

from __future__ import annotations

import dataclasses

from torch import Tensor

from app.autograd.engine import BackwardRun
from app.autograd.flows import PassDraft, StepDraft, added, as_tensor


@dataclasses.dataclass(frozen=True, slots=True)
class Backward:
    """One backward pass: what the engine did, and its steps over drafts."""

    run: BackwardRun
    draft: PassDraft
    #: draft → the gradient it held at each output; several autograd nodes of one op share it
    held: dict[int, list[Tensor | None]]


def merged(draft: PassDraft) -> PassDraft:
    """A pass with one step per op: several autograd nodes of one op send in steps of their own, and
    what its formula gives is the sum of them all."""
    kept: dict[int, StepDraft] = {}
    steps: list[StepDraft] = []
    for step in draft.steps:
        known = kept.get(step.draft)
        if known is None or not step.inputs:
            if step.inputs:
                kept[step.draft] = step
            steps.append(step)
            continue
        sent = dict(zip(known.inputs, known.contributions))
        for position, contribution in zip(step.inputs, step.contributions):
            sent[position] = added(sent.get(position), contribution)
        whole = dataclasses.replace(known, inputs=list(sent), contributions=list(sent.values()))
        whole.gradients = [
            a if a is not None else b for a, b in zip(known.gradients, step.gradients)
        ]
        is_later = any(b is not None for b in step.gradients)
        at = next(k for k, one in enumerate(steps) if one is known)
        steps[at : at + 1] = [] if is_later else [whole]
        steps += [whole] if is_later else []
        kept[step.draft] = whole
    return dataclasses.replace(draft, steps=steps)


def held(draft: PassDraft) -> dict[int, list[Tensor | None]]:
    """Draft → the gradient at each of its outputs."""
    found: dict[int, list[Tensor | None]] = {}
    for step in draft.steps:
        gradients = [None if g is None else as_tensor(g) for g in step.gradients]
        known = found.setdefault(step.draft, gradients)
        found[step.draft] = [a if a is not None else b for a, b in zip(known, gradients)]
    return found
