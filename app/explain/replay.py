"""A finished run in; its root as a function of its leaves, computed again op by op, out.

Finite differences, second derivatives, path shares and saved tensors all ask what the program
would have computed elsewhere or how; the recorded calls answer without running the program again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from app.autograd import Finished
from app.autograd.drafts import Draft
from app.autograd.engine import BackwardRun
from app.autograd.events import Op
from app.autograd.flows import StepDraft, as_tensor
from app.autograd.operands import labelled
from app.autograd.recorder import WRITES, is_in_place
from app.explain.passes import Backward as Backward
from app.explain.passes import held, merged
from app.explain.regrow import Place as Place
from app.explain.regrow import regrown

#: tensor → the steps of a pass that sent to it, each with the input it took it by
Links = dict[Place, list[tuple[StepDraft, int]]]

#: casts to a named type: the identity when everything is computed in one type
CASTS = frozenset({"float", "double", "half", "bfloat16", "type_as"})


class Unreplayable(Exception):
    """An op whose result cannot be computed again; `draft` says which, `code` why."""

    def __init__(self, code: str, draft: int) -> None:
        super().__init__(code)
        self.code = code
        self.draft = draft


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python got no more memory; torch says so by a RuntimeError."""
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


class Replay:
    """Computes a run's tensors again from other leaf values, in any floating type."""

    def __init__(self, finished: Finished) -> None:
        assert finished.assembly is not None
        self.assembly = finished.assembly
        self.events = finished.events
        self.drafts = finished.assembly.weaver.drafts
        self.random = finished.random
        self.regrown = regrown(self)
        self._links: dict[int, Links] = {}
        runs = [event for event in self.events if isinstance(event, BackwardRun)]
        passes = [p for p in self.assembly.flows.passes if p.kind == "backward"]
        self.passes = [Backward(a, merged(b), held(b)) for a, b in zip(runs, passes) if b.steps]

    def roots(self, backward: Backward) -> list[tuple[Place, Tensor]]:
        """Each root of a pass with the seed it was given."""
        found = []
        for root, seed in zip(backward.run.roots, backward.run.seeds):
            place = self.place_of(root)
            if place is not None and seed is not None:
                found.append((place, as_tensor(seed)))
        return found

    def links(self, backward: Backward) -> Links:
        """Tensor → the steps (and inputs) that sent to it in a pass; found once per pass."""
        known = self._links.get(id(backward))
        if known is not None:
            return known
        found: Links = {}
        for step in backward.draft.steps:
            for position, sent in zip(step.inputs, step.contributions):
                edge = self.drafts[step.draft].inputs[position]
                if sent is not None:
                    found.setdefault((edge.source, edge.output), []).append((step, position))
        return self._links.setdefault(id(backward), found)

    def place_of(self, tensor: Any) -> Place | None:
        """Where a recorded tensor object was made."""
        weaver = self.assembly.weaver
        node, number = getattr(tensor, "node", None), getattr(tensor, "output_nr", 0)
        node = node if node is not None else getattr(tensor, "grad_fn", None)
        place = weaver.edge_source.get((node, number)) if node is not None else None
        return place or weaver.current.get(id(tensor))

    def value(self, place: Place) -> Tensor:
        """The tensor as the run made it, detached."""
        return self.assembly.as_made(self.drafts[place[0]].outputs[place[1]])

    def is_open(self, place: Place) -> bool:
        """Whether a gradient has parts no step told of: then no sum of those told equals it."""
        gradient = self.assembly.flows.gradients.get(place)
        because = None if gradient is None else self.assembly.rest(place, gradient)[1]
        return because in ("unrecorded", "inside", "versions", "left_out")

    def is_abridged(self, place: Place) -> bool:
        """Whether a tensor has uses that are left out: their steps are not known."""
        uses = [d for d in self.drafts if d.is_left_out] if self.assembly.left_out else []
        return any((e.source, e.output) == place for d in uses for e in d.inputs)

    def is_piled(self, place: Place) -> bool:
        """Whether a tensor's .grad holds more than the last pass brought."""
        flows = self.assembly.flows
        used = [use for use in flows.uses.get(place, ()) if use.contributions]
        times = max([len({id(use.run) for use in used}), *(len(u.contributions) for u in used)])
        return times > 1 or place in flows.ledger.carried

    def is_complex(self, place: Place) -> bool:
        """Whether a tensor is complex: no float64 stands for it."""
        return bool(self.drafts[place[0]].outputs[place[1]].tensor.is_complex())

    def is_tracked(self, place: Place) -> bool:
        """Whether an op made this tensor and autograd can go through it."""
        return self.drafts[place[0]].outputs[place[1]].grad_fn is not None

    def between(self, leaves: Iterable[Place], roots: Iterable[Place]) -> list[int]:
        """The drafts, in order, that carry a leaf's influence to a root."""
        moved = set(leaves)
        ahead: set[int] = set()
        for draft in self.drafts:
            if any((edge.source, edge.output) in moved for edge in draft.inputs):
                made = [(draft.index, k) for k in range(len(draft.outputs))]
                made = [place for place in made if self.is_tracked(place) and place not in moved]
                if made and not draft.is_update:
                    ahead.add(draft.index)
                    moved.update(made)
        wanted = {place[0] for place in roots}
        needed = []
        for index in range(len(self.drafts) - 1, -1, -1):
            if index in wanted and index in ahead:
                needed.append(index)
                wanted.update(edge.source for edge in self.drafts[index].inputs)
        return needed[::-1]

    def compute(
        self, needed: list[int], leaves: Mapping[Place, Tensor], dtype: torch.dtype | None = None
    ) -> dict[Place, Tensor]:
        """Every tensor of `needed`, given the leaves. Raises Unreplayable."""
        known = dict(leaves)
        for run in dict.fromkeys(self.regrown[d] for d in needed if d in self.regrown):
            missing = [p for p in run.inputs if p not in known and p[0] not in needed]
            known |= {p: self.operand(p, {}, dtype).clone().requires_grad_() for p in missing}
            needed = sorted({*needed, *self.between(run.inputs, run.roots)})
        for index in needed:
            grown = self.regrown.get(index)
            if grown is None:
                self.step(self.drafts[index], known, dtype)
            elif not any(answer in known for answer in grown.answers):
                grown.again(known)
        return known

    def step(self, draft: Draft, known: dict[Place, Tensor], dtype: torch.dtype | None) -> None:
        """One op, its outputs added to `known`."""
        operands = [self.operand((e.source, e.output), known, dtype) for e in draft.inputs]
        for position, tensor in enumerate(flat_tensors(self.call(draft, operands, dtype))):
            place = (draft.index, position)
            if position < len(draft.outputs) and place not in known:
                known[place] = tensor

    def operand(
        self, place: Place, known: Mapping[Place, Tensor], dtype: torch.dtype | None
    ) -> Tensor:
        """An argument: computed again where it depends on the leaves, else as recorded."""
        found = known.get(place)
        if found is not None:
            return found
        skipped = place[0] in self.regrown and self.is_tracked(place)
        if skipped or (place[1] and (place[0], 0) in known and self.is_tracked(place)):
            raise Unreplayable("views", place[0])  # computed again, but not this tensor
        tensor = self.value(place)
        return tensor.to(dtype) if dtype and tensor.is_floating_point() else tensor

    def call(self, draft: Draft, operands: list[Tensor], dtype: torch.dtype | None) -> Any:
        """The op applied to these operands, in the order of the draft's inputs."""
        event = self.events[draft.event]
        if not isinstance(event, Op) or draft.failed:
            raise Unreplayable("hidden", draft.index)
        name = getattr(event.func, "__name__", "")
        if dtype is not None and name in CASTS:
            return operands[0]
        count = sum(1 for _ in labelled(event.args, event.kwargs))
        if len(operands) > count and event.func is not torch.autograd.grad:
            raise Unreplayable("views", draft.index)
        labels = [edge.argument for edge in draft.inputs]
        feed = iter(_unshared(name, event, labels, operands))
        args = tuple(replaced(a, feed, dtype) for a in event.args)
        kwargs = {k: replaced(v, feed, dtype) for k, v in (event.kwargs or {}).items()}
        if kwargs.get("out") is not None:
            raise Unreplayable("out", draft.index)
        if event.func is torch.autograd.grad:
            return self.differentiated(draft, args)
        function = _function(event.func)
        if draft.event in self.random:
            return self.drawn(draft.event, function, args, kwargs)
        out = function(*args, **kwargs)
        return args[0] if event.out is None else out

    def drawn(self, index: int, function: Any, args: Any, kwargs: Any) -> Any:
        """A random op with the numbers it drew: the generator put back to where it stood."""
        kept = torch.get_rng_state()
        torch.set_rng_state(self.random[index])
        try:
            return function(*args, **kwargs)
        finally:
            torch.set_rng_state(kept)

    def differentiated(self, draft: Draft, args: tuple[Any, ...]) -> Any:
        """torch.autograd.grad inside the program: the same call on what is computed now."""
        run = self.events[draft.event - 1]
        seeds = None
        if isinstance(run, BackwardRun):
            seeds = [as_tensor(s).to(r.dtype) for s, r in zip(run.seeds, args[0])]
        if not all(root.requires_grad for root in args[0]):
            raise Unreplayable("needs_grad", draft.index)
        results = torch.autograd.grad(args[0], args[1], seeds, create_graph=True, allow_unused=True)
        return tuple(g for g in results if g is not None)

    def weighted_root(self, backward: Backward, known: Mapping[Place, Tensor]) -> Tensor:
        """Σ seed · root: the scalar whose gradient the pass computed, in float64 where it can."""
        total: Tensor | None = None
        for place, seed in self.roots(backward):
            root = known.get(place)
            root = self.value(place) if root is None else root
            part = (root * seed.to(root.dtype)).sum()
            total = part if total is None else total + part
        if total is None:
            raise Unreplayable("no_root", backward.draft.root or 0)
        return total


def _function(func: Any) -> Any:
    """A custom autograd.Function is applied; a getter gets; other functions are called."""
    if isinstance(func, type) and issubclass(func, torch.autograd.Function):
        return func.apply
    return func


def _unshared(name: str, event: Op, labels: list[Any], operands: list[Tensor]) -> list[Tensor]:
    """Operands an op would overwrite, copied."""
    written: set[Any] = set(WRITES.get(name, ()))
    if is_in_place(name, event.kwargs):
        written.add(labels[0] if labels else 0)
    return [t.clone() if label in written else t for label, t in zip(labels, operands)]


def replaced(argument: Any, feed: Any, dtype: torch.dtype | None) -> Any:
    """An argument with its tensors taken from `feed`, its floating types from `dtype`."""
    if isinstance(argument, Tensor):
        return next(feed)
    if isinstance(argument, (tuple, list)) and any(_holds(item) for item in argument):
        return type(argument)(replaced(item, feed, dtype) for item in argument)
    if dtype and isinstance(argument, torch.dtype) and argument.is_floating_point:
        return dtype
    return argument


def _holds(argument: Any) -> bool:
    if isinstance(argument, (tuple, list)):
        return any(_holds(item) for item in argument)
    return isinstance(argument, Tensor)


def flat_tensors(out: Any) -> list[Tensor]:
    """The tensors of a result, in the order the weaver numbered them."""
    if isinstance(out, Tensor):
        return [out]
    found: list[Tensor] = []
    for item in out if isinstance(out, (tuple, list)) else ():
        found += flat_tensors(item)
    return found
