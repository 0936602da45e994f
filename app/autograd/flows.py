"""Backward runs over woven drafts in; passes with a contribution on every edge, out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from app.autograd.capture import Update, Zeroed
from app.autograd.drafts import Input
from app.autograd.drafts import PassDraft as PassDraft
from app.autograd.drafts import StepDraft as StepDraft
from app.autograd.engine import BackwardRun, is_accumulator
from app.autograd.events import Assigned, Clipped, Look, Looked
from app.autograd.ledger import Ledger
from app.autograd.past import Past
from app.autograd.sums import added as added
from app.autograd.sums import as_tensor as as_tensor
from app.autograd.walk import Walk
from app.autograd.weave import Weaver


class Flows:
    """Turns the events' passes into PassDrafts and fills gradients and contributions."""

    def __init__(self, weaver: Weaver, past: Past) -> None:
        self.weaver = weaver
        self.past = past
        self.ledger = Ledger(weaver, past)
        self.passes: list[PassDraft] = []
        self.gradients: dict[tuple[int, int], Any] = {}
        #: tensor → the last run that left a gradient in it
        self.reached: dict[tuple[int, int], BackwardRun] = {}
        #: what a pass that starts here put in, beside what other roots sent
        self.seeds: dict[tuple[int, int], Any] = {}

    @cached_property
    def uses(self) -> dict[tuple[int, int], list[Input]]:
        """output → the edges that leave it, but for those between nodes that are left out."""
        found: dict[tuple[int, int], list[Input]] = {}
        drafts = self.weaver.drafts
        for draft in drafts:
            for edge in draft.inputs:
                if not (draft.is_left_out and drafts[edge.source].is_left_out):
                    found.setdefault((edge.source, edge.output), []).append(edge)
        return found

    def follow(self, events: list[Any], last: list[Look] | None = None) -> None:
        """All passes, in their true order; `last` is what every .grad holds in the end."""
        for index, event in enumerate(events):
            self.forward(index)
            if isinstance(event, BackwardRun):
                self.backward(event, index)
            elif isinstance(event, Update):
                self.update(event, index)
            elif isinstance(event, Clipped):
                self.clip(event, index)
            elif isinstance(event, Zeroed):
                for leaf in event.parameters:
                    self.ledger.change(leaf, index, "zero_grad", event.place)
            elif isinstance(event, Assigned):
                self.ledger.change(event.tensor, index, "=", event[1:])
            elif isinstance(event, Looked):
                for look in event.looks:
                    self.ledger.look(look, index, None)
        for look in last or ():
            known = self.ledger.leaves.get(id(look.leaf))
            if known and known.place == self.weaver.current.get(id(look.leaf)):
                self.ledger.look(look, len(events), None)

    def forward(self, index: int) -> None:
        """Nodes made by this event join the forward pass under way, if they are told."""
        drafts = [self.weaver.drafts[draft] for draft in self.weaver.made[index]]
        made = [d for d in drafts if not (d.is_dropped or d.is_update or d.clipped)]
        if not made:
            return
        if not self.passes or self.passes[-1].kind != "forward":
            self.passes.append(PassDraft("forward"))
        for draft in made:
            inputs = list(range(len(draft.inputs)))
            self.passes[-1].steps.append(StepDraft(draft.index, inputs))

    def update(self, event: Update, index: int) -> None:
        """An optimizer step is a pass of its own: one step per parameter, with the .grad it used."""
        made = [d for d in self.weaver.made[index] if self.weaver.drafts[d].is_update]
        steps = []
        for draft, look in zip(made, event.looks, strict=True):
            self.ledger.look(look, index, draft)
            steps.append(StepDraft(draft, [0], [], [self.past.kept(look.kept, index - 1)]))
        if steps:
            self.passes.append(PassDraft("update", steps=steps))

    def clip(self, event: Clipped, index: int) -> None:
        """Clipped gradients are a step before the update: what every .grad held until then."""
        for look in event.looks:
            self.ledger.change(look.leaf, index, event.name, event.place)
        for draft in self.weaver.made[index]:
            if self.weaver.drafts[draft].clipped is event:
                inputs = list(range(len(event.looks)))
                held = [self.past.kept(look.kept, index - 1) for look in event.looks]
                steps = [StepDraft(draft, inputs, [], held)]
                self.passes.append(PassDraft("update", steps=steps))

    def backward(self, run: BackwardRun, index: int) -> None:
        """One backward run, step by step in engine order."""
        walk = Walk(self, run, index)
        for node, contributions, upstream in run.sent:
            if is_accumulator(node):
                walk.accumulate(node)
            else:
                walk.send(node, contributions, upstream)
        walk.capture()
        walk.close()
        walk.seed()
        root = walk.root()
        self.passes.append(PassDraft("backward", root, run.inferred, walk.steps))
        run.sent = [one for one in run.sent if self.is_told(one[0])]

    def is_told(self, node: Any) -> bool:
        """Whether what an autograd node sent may be asked for again."""
        owner = self.weaver.owner.get(node)
        return owner is None or not self.weaver.drafts[owner].is_left_out
