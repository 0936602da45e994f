"""One backward run over woven drafts in; its steps, and what it leaves on edges and gradients, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.autograd.graph import GradientEdge

from app.autograd.drafts import Draft, Input, Output, StepDraft
from app.autograd.engine import OMITTED, BackwardRun, is_accumulator, keep
from app.autograd.ledger import is_nothing
from app.autograd.sums import added

if TYPE_CHECKING:
    from app.autograd.flows import Flows


class Walk:
    """The state of one backward run being followed."""

    def __init__(self, flows: Flows, run: BackwardRun, event: int) -> None:
        self.flows = flows
        self.weaver = flows.weaver
        self.run = run
        self.event = event
        self.leaves = {key: flows.past.kept(kept, event) for key, (_, kept) in run.leaves.items()}
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

    def seed(self) -> None:
        """Note what the run put in at its roots."""
        for root, seed in zip(self.run.roots, self.run.seeds, strict=False):
            place = self._place_of_root(root)
            if place is not None:
                self.flows.seeds[place] = seed

    def _place_of_root(self, root: Any) -> tuple[int, int] | None:
        if isinstance(root, GradientEdge):
            return self.weaver.edge_source.get((root.node, root.output_nr))
        if root.grad_fn is not None:
            place = self.weaver.edge_source.get((root.grad_fn, root.output_nr))
            if place is not None:
                return place
        return self.weaver.current.get(id(root))

    def send(self, node: Any, contributions: list[Any], upstream: list[Any]) -> None:
        """An autograd node ran: what it sent along each edge that leaves its program node. Of a node
        that is left out only what it sends to those told is noted: it has no step."""
        index = self.weaver.owner.get(node)
        if index is None:
            return
        draft = self.draft(index)
        step = StepDraft(index, [])
        crossings = self.weaver.crossings.get(node, ())
        targets = node.next_functions if crossings else ()
        for position, number in crossings:
            target = targets[position][0]
            entry = draft.inputs[number]
            if draft.is_left_out and self.draft(entry.source).is_left_out:
                continue
            contribution = contributions[position] if position < len(contributions) else None
            if contribution is OMITTED:
                alone = id(target.variable) not in self.run.inner
                contribution = self.leaves.get(id(target.variable)) if alone else None
            else:
                contribution = self.flows.past.kept(contribution, self.event)
            if is_accumulator(target):
                self.reached[id(target.variable)] = (entry.source, entry.output)
            if contribution is not None:
                self._note(step, index, number, contribution)
        if draft.is_left_out:
            return
        held = self._held(draft, node, upstream)
        pending = self.pending.pop(index, None)
        if pending:
            held = [b if a is None else a for a, b in zip(held, pending.gradients)]
        step.gradients = held
        if step.inputs:
            self.steps.append(step)
        else:
            self.pending[index] = step  # one of several autograd nodes of one op: not done yet

    def _note(self, step: StepDraft, index: int, entry: int, contribution: Any) -> None:
        total = added(self.sums.get((index, entry)), contribution)
        self.sums[(index, entry)] = total
        if entry in step.inputs:  # one node, twice: what this step sends, not what the pass did
            at = step.inputs.index(entry)
            step.contributions[at] = added(step.contributions[at], contribution)
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
                self.flows.reached[(draft.index, position)] = self.run
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
        place = self.place_of_leaf(id(leaf))
        if place is None:
            return
        gradient = self.leaves.get(id(leaf))
        self.flows.gradients[place] = gradient
        self.draft(place[0]).outputs[place[1]].keeps_grad = True
        before = self.flows.past.kept(self.run.before.get(id(leaf)), self.event - 1)
        before = None if is_nothing(before) else before
        self.steps.append(StepDraft(place[0], [], [], self._at(place, gradient), before))

    def place_of_leaf(self, leaf: int) -> tuple[int, int] | None:
        """The value of a leaf its .grad belongs to: the one it had when this run began."""
        known = self.weaver.leaves.get(self.event, {})
        return known.get(leaf) or self.reached.get(leaf) or self.weaver.current.get(leaf)

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
        if self.run.accumulate:
            self._note_leaves()
        begun: set[tuple[int, int]] = set()
        self._note_values()
        for (index, entry), total in self.sums.items():
            edge = self.draft(index).inputs[entry]
            place = (edge.source, edge.output)
            self._add(edge, total, self.flows.uses[place] if place not in begun else [])
            begun.add(place)

    def _add(self, edge: Input, total: Any, siblings: list[Input]) -> None:
        """What leaves a tensor that keeps .grad adds up over accumulating passes; what leaves any
        other tensor is the last pass's alone."""
        output = self.draft(edge.source).outputs[edge.output]
        accumulates = self.run.accumulate and output.keeps_grad
        if output.keeps_grad and not accumulates:
            return  # torch.autograd.grad does not touch .grad: its numbers stand on the steps
        for other in siblings:
            if other.run is not self.run and (not accumulates or not other.accumulated):
                other.contributions = ()
        edge.contributions = (*edge.contributions, total)
        edge.run, edge.accumulated = self.run, accumulates

    def _note_leaves(self) -> None:
        """What every leaf's .grad holds now; those reached only by calls inside this one too."""
        for leaf in self.run.leaves:
            place = self.place_of_leaf(leaf)
            if place is None:
                continue
            if self.run.inferred or self.flows.ledger.begins_anew(
                leaf, place, self.run, self.event
            ):
                self._forget(place)
            self.flows.reached[place] = self.run
            if leaf in self.run.inner:
                self.flows.gradients[place] = self.leaves[leaf]
                self.draft(place[0]).outputs[place[1]].keeps_grad = True

    def _note_values(self) -> None:
        """An earlier value of a leaf that was overwritten has what its own edges brought."""
        leaves = {self.place_of_leaf(leaf) for leaf in self.run.leaves}
        brought: dict[tuple[int, int], Any] = {}
        for (index, entry), total in self.sums.items():
            place = (self.draft(index).inputs[entry].source, self.draft(index).inputs[entry].output)
            output = self.draft(place[0]).outputs[place[1]]
            if (
                output.grad_fn is None
                and place not in leaves
                and id(output.tensor) in self.run.leaves
            ):
                brought[place] = added(brought.get(place), total)
        self.flows.gradients |= brought

    def _forget(self, place: tuple[int, int]) -> None:
        """Drop what earlier passes sent to this leaf: its gradient was reset in between."""
        for edge in self.flows.uses.get(place, []):
            edge.contributions = ()
