"""What leaves' .grad held at each moment it was looked at, in; where it differs from what backward
summed, and who changed it, out."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor

from app.autograd.engine import BackwardRun, Small
from app.autograd.events import Look, span_at
from app.autograd.past import Past
from app.autograd.weave import Weaver
from app.graph import Span

Place = tuple[int, int]


@dataclasses.dataclass(slots=True)
class Held:
    """What .grad held instead: `by` the call that changed it ('' where none was recorded), `draft`
    the update that used it, None where nothing did."""

    kept: Any
    by: str
    span: Span | None
    draft: int | None


@dataclasses.dataclass(slots=True)
class Summed:
    """What the last backward call left in a leaf's .grad, and as which version of the leaf."""

    place: Place
    kept: Any
    event: int
    #: what it holds now, as far as it was looked at since
    now: Any


def same(first: Any, second: Any) -> bool:
    """Whether two kept gradients hold the same elements, NaN being like NaN."""
    if first is second or first is None or second is None:
        return first is second
    if isinstance(first, Small) and isinstance(second, Small):
        return first.content == second.content or repr(first.content) == repr(second.content)
    if not isinstance(first, Tensor) or not isinstance(second, Tensor):
        return False
    if first.data_ptr() == second.data_ptr() and first.stride() == second.stride():
        return True
    if first.shape != second.shape or first.device != second.device:
        return False
    return bool(torch.equal(first, second)) or bool(
        torch.allclose(first, second, rtol=0, atol=0, equal_nan=True)
    )


def is_nothing(kept: Any) -> bool:
    """Whether a kept gradient adds nothing: None, or zeros."""
    if isinstance(kept, Small):
        return not torch.tensor(kept.content).count_nonzero()
    return kept is None or not bool(kept.any())


class Ledger:
    """Follows the .grad of every leaf backward reached."""

    def __init__(self, weaver: Weaver, past: Past) -> None:
        self.weaver = weaver
        self.past = past
        self.leaves: dict[int, Summed] = {}
        #: id(leaf) → the last call that reset or replaced its .grad: event, name, place
        self.changes: dict[int, tuple[int, str, Span | None]] = {}
        #: version of a leaf → what .grad held when it was used, where that differs
        self.held: dict[Place, Held] = {}
        #: version of a leaf → what .grad held already when the passes told of it began
        self.carried: dict[Place, Any] = {}

    def change(self, leaf: Tensor, event: int, by: str, place: Any) -> None:
        """A call reset, replaced or clipped a leaf's .grad."""
        self.changes[id(leaf)] = (event, by, span_at(*place) if place else None)

    def begins_anew(self, leaf: int, place: Place, run: BackwardRun, event: int) -> bool:
        """Note what this run left; whether it added to something else than what the last run left
        as the gradient of this very version."""
        known = self.leaves.get(leaf)
        before = self.past.kept(run.before.get(leaf), event - 1)
        after = self.past.kept(run.leaves[leaf][1], event)
        goes_on = known is not None and known.place == place and same(known.kept, before)
        self.leaves[leaf] = Summed(place, after, event, after)
        self.held.pop(place, None)
        if goes_on:
            return False
        self.carried.pop(place, None)
        if not is_nothing(before):
            self.carried[place] = before
        return True

    def look(self, look: Look, event: int, draft: int | None) -> None:
        """A leaf's .grad is about to be used: by an update, or no more."""
        known = self.leaves.get(id(look.leaf))
        if known is None:
            return
        kept = self.past.kept(look.kept, event - 1)
        if not same(known.kept, kept):
            by, span = self.changer(look, known.event, event)
            self.held[known.place] = Held(kept, by, span, draft)
        elif draft is not None:
            self.held.pop(known.place, None)

    def changer(self, look: Look, since: int, event: int) -> tuple[str, Span | None]:
        """The last recorded call that changed a leaf's .grad between two events."""
        found = self.changes.get(id(look.leaf))
        if found is not None and not since < found[0] <= event:
            found = None
        write = self.weaver.writes_before(look.pointer, event) if look.pointer else None
        if write is not None and write[0] > max(since, found[0] if found else -1):
            draft = self.weaver.drafts[write[1]]
            return draft.op, draft.span
        if found is not None:
            return found[1], found[2]
        hooked = getattr(look.leaf, "_post_accumulate_grad_hooks", None)
        return "register_post_accumulate_grad_hook" if hooked else "", None
