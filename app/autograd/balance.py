"""A gradient and the edges that leave its tensor in; what none of them brought, and why, out."""

from __future__ import annotations

from typing import Any

from app.autograd.drafts import Output
from app.autograd.engine import BackwardRun
from app.autograd.flows import Flows
from app.autograd.sums import rest_of, summed
from app.autograd.weave import Weaver
from app.graph import Rest

Place = tuple[int, int]
Found = tuple[Any, Rest | None]


class Balance:
    """Checks that what is told of a gradient adds up to it; `untold` are ids of edges left out."""

    def __init__(self, weaver: Weaver, flows: Flows, untold: set[int]) -> None:
        self.weaver = weaver
        self.flows = flows
        self.untold = untold

    def rest(self, place: Place, gradient: Any) -> Found:
        """What the contributions told do not bring, and why; a root without any is its seed."""
        sent = [(use, c) for use in self.flows.uses.get(place, ()) for c in use.contributions]
        if not sent and place in self.flows.seeds:
            return None, None
        carried = self.flows.ledger.carried.get(place)
        first = [] if carried is None else [carried]
        brought = first + [c for _, c in sent]
        lost = rest_of(gradient, brought)
        hidden = [c for use, c in sent if id(use) in self.untold]
        if lost is None:
            return (summed(hidden), "left_out") if hidden else (None, None)
        known = self.known(place, gradient, brought)
        if known is not None and not hidden:
            return known
        lost = rest_of(gradient, first + [c for use, c in sent if id(use) not in self.untold])
        return lost, known[1] if known else self.reason(place)

    def known(self, place: Place, gradient: Any, brought: list[Any]) -> Found | None:
        """A rest that is exactly the seed, or what edges of other values of the leaf brought."""
        seed = self.flows.seeds.get(place)
        if seed is not None and rest_of(gradient, [*brought, seed]) is None:
            return seed, "seed"
        others = self.of_other_values(place)
        if others and rest_of(gradient, [*brought, *others]) is None:
            return summed(others), "versions"
        return None

    def of_other_values(self, place: Place) -> list[Any]:
        """What edges leaving other values of the same leaf contributed in the same pass."""
        run = self.flows.reached.get(place)
        return [
            use.contributions[-1]
            for other in self.weaver.versions.get(id(self.output(place).tensor), ())
            for use in self.flows.uses.get(other, ())
            if other != place and use.run is run and use.contributions
        ]

    def output(self, place: Place) -> Output:
        """The output at a place."""
        return self.weaver.drafts[place[0]].outputs[place[1]]

    def reason(self, place: Place) -> Rest:
        """Why something is missing that has no name of its own."""
        output = self.output(place)
        if output.is_inside or self.is_read_inside(place):
            return "inside"
        hooks = output.tensor._backward_hooks
        if id(output.tensor) in self.weaver.hooked or (hooks and not output.tensor.retains_grad):
            return "hook"
        run = self.flows.reached.get(place)
        if output.grad_fn is not None and run is not None and self.was_changed(output, run):
            return "hook"
        return "unrecorded"

    def is_read_inside(self, place: Place) -> bool:
        """Whether the op that made an output reads it again for another of its outputs, as an LSTM
        cell its c for its h."""
        output, run = self.output(place), self.flows.reached.get(place)
        edge = (output.grad_fn, output.output_nr)
        return run is not None and any(
            self.weaver.owner.get(node) == place[0] and edge in node.next_functions
            for node, _, _ in run.sent
        )

    def was_changed(self, output: Output, run: BackwardRun) -> bool:
        """Whether the engine itself gave an autograd node something else than it was sent."""
        edge = (output.grad_fn, output.output_nr)
        sent, held = [], None
        for node, contributions, upstream in run.sent:
            if node is output.grad_fn and output.output_nr < len(upstream):
                held = upstream[output.output_nr]
            for contribution, target in zip(contributions, node.next_functions, strict=False):
                if contribution is not None and target == edge:
                    sent.append(contribution)
        return held is not None and bool(sent) and rest_of(held, sent) is not None
