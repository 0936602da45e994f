"""A run's ops in; from any tensor the shortest way to an op that loses the gradient, out.

One walk backwards from all such ops at once finds every tensor's next hop, so that a program of
thousands of cut-off leaves costs no more than one of a single leaf."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator

from app.autograd.drafts import Draft
from app.explain.replay import Place


def cause_of(draft: Draft) -> str | None:
    """How an op loses the gradient, if it does: integer, detached or no_grad."""
    if draft.is_update or not draft.outputs or draft.outputs[0].grad_fn is not None:
        return None
    if not draft.outputs[0].tensor.is_floating_point():
        return "integer"
    return "detached" if draft.op in ("detach", "data", "detach_") else "no_grad"


@dataclasses.dataclass(frozen=True, slots=True)
class Hop:
    """One use of a tensor on the way: the op that takes it, and as which input."""

    draft: int
    position: int


class Ways:
    """The next hop of every tensor towards the nearest op that loses the gradient."""

    def __init__(self, drafts: list[Draft], known: Iterable[int]) -> None:
        self.drafts = drafts
        self.known = set(known)
        self.hops: dict[Place, Hop] = {}
        #: op → the output of it that the way goes on from
        self.ahead: dict[int, Place] = {}
        self._walk()

    def _walk(self) -> None:
        takers = [d for d in self.drafts if d.index in self.known and d.kind == "op"]
        queue = deque(draft for draft in takers if cause_of(draft) is not None)
        while queue:
            draft = queue.popleft()
            for position, edge in enumerate(draft.inputs):
                place = (edge.source, edge.output)
                if place in self.hops:
                    continue
                self.hops[place] = Hop(draft.index, position)
                maker = self.drafts[edge.source]
                is_new = maker.index not in self.ahead and maker.index in self.known
                if is_new and maker.kind == "op" and not maker.is_update and not cause_of(maker):
                    self.ahead[maker.index] = place
                    queue.append(maker)

    def way(self, place: Place) -> Iterator[Hop]:
        """The hops from a tensor; the last one's op loses the gradient. None where nothing does."""
        at: Place | None = place
        while at is not None and at in self.hops:
            hop = self.hops[at]
            yield hop
            at = self.ahead.get(hop.draft)
