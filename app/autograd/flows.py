"""Backward runs over woven drafts in; passes with a contribution on every edge, out."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge

from app.autograd.capture import Update, Zeroed
from app.autograd.drafts import Draft, Input, Output
from app.autograd.engine import BackwardRun, Small, is_accumulator, keep
from app.autograd.weave import Weaver


@dataclasses.dataclass(slots=True)
class StepDraft:
    """One step: its draft, the inputs it sends along (positions), what it sends and held."""

    draft: int
    inputs: list[int]
    contributions: list[Any] = dataclasses.field(default_factory=list)
    gradients: list[Any] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class PassDraft:
    """One pass under construction."""

    kind: str
    root: int | None = None
    inferred: bool = False
    steps: list[StepDraft] = dataclasses.field(default_factory=list)


def added(first: Any, second: Any) -> Any:
    """The sum of two kept gradients, by torch."""
    if first is None or second is None:
        return first if second is None else second
    return keep(torch.add(as_tensor(first), as_tensor(second)))


def as_tensor(kept: Any) -> Tensor:
    """A kept gradient as a tensor."""
    if isinstance(kept, Small):
        return torch.tensor(kept.content, dtype=kept.dtype, device=kept.device).reshape(kept.shape)
    tensor: Tensor = kept
    return tensor


class Flows:
    """Turns the events' passes into PassDrafts and fills gradients and contributions."""

    def __init__(self, weaver: Weaver) -> None:
        self.weaver = weaver
        self.passes: list[PassDraft] = []
        #: id(leaf) of gradients reset since the last pass that reached them
        self.reset: set[int] = set()
        self.gradients: dict[tuple[int, int], Any] = {}
        self.uses: dict[tuple[int, int], list[Input]] = {}
        for draft in weaver.drafts:
            for edge in draft.inputs:
                self.uses.setdefault((edge.source, edge.output), []).append(edge)

    def follow(self, events: list[Any]) -> None:
        """All passes, in their true order."""
        for index, event in enumerate(events):
            if isinstance(event, BackwardRun):
                self.backward(event)
            elif isinstance(event, Update):
                self.update(index)
            elif isinstance(event, Zeroed):
                self.zero(event)
            self.forward(index, isinstance(event, Update))

    def forward(self, index: int, is_update: bool) -> None:
        """Nodes made by this event join the forward pass under way."""
        made = [d for d in self.weaver.made[index] if not self.weaver.drafts[d].is_update]
        if not made:
            return
        if not self.passes or self.passes[-1].kind != "forward":
            self.passes.append(PassDraft("forward"))
        for draft in made:
            inputs = range(len(self.weaver.drafts[draft].inputs))
            self.passes[-1].steps.append(StepDraft(draft, list(inputs)))

    def update(self, index: int) -> None:
        """An optimizer step is a pass of its own: one step per parameter."""
        made = [d for d in self.weaver.made[index] if self.weaver.drafts[d].is_update]
        if made:
            steps = [StepDraft(draft, [0]) for draft in made]
            self.passes.append(PassDraft("update", steps=steps))

    def zero(self, event: Zeroed) -> None:
        """Gradients were reset: the next pass that reaches them starts from nothing."""
        self.reset |= {id(parameter) for parameter in event.parameters}

    def backward(self, run: BackwardRun) -> None:
        """One backward run, step by step in engine order."""
        walk = _Walk(self, run)
        for node, contributions, upstream in run.sent:
            if is_accumulator(node):
                walk.accumulate(node)
            else:
                walk.send(node, contributions, upstream)
        walk.capture()
        walk.close()
        root = walk.root()
        self.passes.append(PassDraft("backward", root, run.inferred, walk.steps))


class _Walk:
    """The state of one backward run being followed."""

    def __init__(self, flows: Flows, run: BackwardRun) -> None:
        self.flows = flows
        self.weaver = flows.weaver
        self.run = run
        self.steps: list[StepDraft] = []
        self.sums: dict[tuple[int, int], Any] = {}
        self.reached: dict[int, tuple[int, int]] = {}
        self.pending: dict[int, StepDraft] = {}

    def draft(self, index: int) -> Draft:
        return self.weaver.drafts[index]

    def root(self) -> int | None:
        """The draft that was differentiated."""
        for root in self.run.roots:
            place = self._place_of_root(root)
            if place is not None:
                return place[0]
        return None

    def _place_of_root(self, root: Any) -> tuple[int, int] | None:
        if isinstance(root, GradientEdge):
            return self.weaver.edge_source.get((root.node, root.output_nr))
        if root.grad_fn is not None:
            place = self.weaver.edge_source.get((root.grad_fn, root.output_nr))
            if place is not None:
                return place
        return self.weaver.current.get(id(root))

    def send(self, node: Any, contributions: list[Any], upstream: list[Any]) -> None:
        """An autograd node ran: what it sent along each edge that leaves its program node."""
        index = self.weaver.owner.get(node)
        if index is None:
            return
        draft = self.draft(index)
        step = StepDraft(index, [])
        for position, (target, _) in enumerate(node.next_functions):
            crossing = self.weaver.crossings.get((node, position))
            if crossing is None or crossing[0] != index:
                continue
            entry = draft.inputs[crossing[1]]
            contribution = contributions[position] if position < len(contributions) else None
            if contribution is None and is_accumulator(target):
                contribution = self.run.leaves.get(id(target.variable), (None, None))[1]
            if is_accumulator(target):
                self.reached[id(target.variable)] = (entry.source, entry.output)
            if contribution is not None:
                self._note(step, index, crossing[1], contribution)
        held = self._held(draft, node, upstream)
        pending = self.pending.pop(index, None)
        if pending and any(g is not None for g in pending.gradients):
            held = pending.gradients
        step.gradients = held
        if step.inputs:
            self.steps.append(step)
        else:
            self.pending[index] = step  # one of several autograd nodes of one op: not done yet

    def _note(self, step: StepDraft, index: int, entry: int, contribution: Any) -> None:
        total = added(self.sums.get((index, entry)), contribution)
        self.sums[(index, entry)] = total
        if entry in step.inputs:
            step.contributions[step.inputs.index(entry)] = total
        else:
            step.inputs.append(entry)
            step.contributions.append(contribution)

    def _held(self, draft: Draft, node: Any, upstream: list[Any]) -> list[Any]:
        """The upstream gradient at each output this autograd node produced."""
        held: list[Any] = []
        for position, output in enumerate(draft.outputs):
            gradient = None
            if output.grad_fn is node and output.output_nr < len(upstream):
                gradient = upstream[output.output_nr]
            if gradient is not None:
                self.flows.gradients[(draft.index, position)] = self._kept(output, gradient)
            held.append(gradient)
        return held

    def _kept(self, output: Output, gradient: Any) -> Any:
        """What the tensor's gradient is after this pass: .grad where it retains one."""
        tensor = output.tensor
        output.keeps_grad = bool(tensor.retains_grad) and self.run.accumulate
        if output.keeps_grad and tensor.grad is not None:
            return keep(tensor.grad)
        return gradient

    def accumulate(self, node: Any) -> None:
        """A leaf added what arrived to its .grad."""
        leaf = node.variable
        place = self.reached.get(id(leaf)) or self.weaver.current.get(id(leaf))
        if place is None:
            return
        gradient = self.run.leaves.get(id(leaf), (leaf, None))[1]
        self.flows.gradients[place] = gradient
        self.draft(place[0]).outputs[place[1]].keeps_grad = True
        self.steps.append(StepDraft(place[0], [], [], self._at(place, gradient)))

    def _at(self, place: tuple[int, int], gradient: Any) -> list[Any]:
        outputs = self.draft(place[0]).outputs
        return [gradient if k == place[1] else None for k in range(len(outputs))]

    def capture(self) -> None:
        """torch.autograd.grad: the gradients it answered are those of the inputs it was asked for."""
        for tensor, gradient in zip(self.run.inputs, self.run.results, strict=False):
            if not isinstance(tensor, Tensor) or gradient is None:
                continue
            place = self.reached.get(id(tensor)) or self._place_of_root(tensor)
            if place is not None:
                kept = keep(gradient)
                if not self.draft(place[0]).outputs[place[1]].keeps_grad:
                    self.flows.gradients[place] = kept
                self.steps.append(StepDraft(place[0], [], [], self._at(place, kept)))

    def close(self) -> None:
        """Add this pass to the edges: contributions add up where .grad does, else replace."""
        self.steps += [
            step for step in self.pending.values() if any(g is not None for g in step.gradients)
        ]
        for leaf, place in self.reached.items():
            if self.run.accumulate and leaf in self.flows.reset:
                self.flows.reset.discard(leaf)
                self._forget(place)
        for (index, entry), total in self.sums.items():
            edge = self.draft(index).inputs[entry]
            self._add(edge, total, self.flows.uses[(edge.source, edge.output)])

    def _add(self, edge: Input, total: Any, siblings: list[Input]) -> None:
        """What leaves a tensor that keeps .grad adds up over accumulating passes; what leaves any
        other tensor is the last pass's alone."""
        output = self.draft(edge.source).outputs[edge.output]
        accumulates = self.run.accumulate and output.keeps_grad
        if output.keeps_grad and not accumulates:
            return  # torch.autograd.grad does not touch .grad: its numbers stand on the steps
        for other in siblings:
            if other.run is not self.run and (not accumulates or not other.accumulated):
                other.contributions = []
        edge.contributions.append(total)
        edge.run, edge.accumulated = self.run, accumulates

    def _forget(self, place: tuple[int, int]) -> None:
        """Drop what earlier passes sent to this leaf: its gradient was reset in between."""
        for edge in self.flows.uses.get(place, []):
            edge.contributions = []
