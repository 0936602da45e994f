"""A gradient the program took of itself (create_graph) in; the same gradient taken again, out.

Its own ops can be replayed one by one, except where one of them reads what another op kept inside
(the log-softmax of a cross-entropy): then torch differentiates the replayed graph anew."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor

from app.autograd.engine import BackwardRun
from app.autograd.events import Answered
from app.autograd.flows import as_tensor

#: (draft, output): one tensor of the run
Place = tuple[int, int]


@dataclasses.dataclass(eq=False, slots=True)
class Regrown:
    """One torch.autograd.grad call with create_graph: where its roots, inputs and answers are."""

    roots: list[Place]
    seeds: list[Tensor]
    inputs: list[Place]
    answers: list[Place | None]

    def again(self, known: dict[Place, Tensor]) -> None:
        """Add the answers to `known`, which holds the roots and inputs. Raises RuntimeError where
        torch finds no graph between them."""
        roots = [known[place] for place in self.roots]
        seeds = [seed.to(root.dtype) for seed, root in zip(self.seeds, roots)]
        inputs = [known[place] for place in self.inputs]
        found = torch.autograd.grad(roots, inputs, seeds, create_graph=True, allow_unused=True)
        for place, tensor in zip(self.answers, found):
            if place is not None and tensor is not None:
                known[place] = tensor


def regrown(replay: Any) -> dict[int, Regrown]:
    """draft → the gradient it is part of, where that one cannot be replayed op by op."""
    found: dict[int, Regrown] = {}
    run: BackwardRun | None = None
    members: list[int] = []
    for index, event in enumerate(replay.events):
        if isinstance(event, BackwardRun) and event.create_graph:
            run, members = event, []
        elif run is not None:
            members += replay.assembly.weaver.made[index]
        if isinstance(event, Answered) and run is not None:
            if any(_reads_inside(replay, draft) for draft in members):
                found |= dict.fromkeys(members, _of(replay, run, event))
            run = None
    return found


def _reads_inside(replay: Any, draft: int) -> bool:
    drafts = replay.drafts
    return any(drafts[e.source].outputs[e.output].is_inside for e in drafts[draft].inputs)


def _of(replay: Any, run: BackwardRun, event: Answered) -> Regrown:
    seeds = [as_tensor(seed) for seed in run.seeds]
    roots = [replay.place_of(root) for root in run.roots]
    inputs = [replay.place_of(tensor) for tensor in run.inputs]
    answers = [None if t is None else replay.place_of(t) for t in event.tensors]
    kept = [k for k, place in enumerate(inputs) if place is not None]
    return Regrown(roots, seeds, [inputs[k] for k in kept], [answers[k] for k in kept])
