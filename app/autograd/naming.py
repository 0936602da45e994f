"""Drafts and the program's own words in; what each node is called, and where it was bound, out."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor, nn

from app.autograd.drafts import Draft
from app.autograd.events import Iteration, Op, span_at
from app.autograd.instrument import LAST, Names, Place, Target, span_of
from app.graph import Span


@dataclasses.dataclass(slots=True)
class Bound:
    """A variable bound to output `output` of draft `draft`, at `span`."""

    name: str
    span: Span
    draft: int
    output: int


def place_of_span(span: Span | None) -> Place | None:
    """A Span as the key of Names."""
    return (span.line, span.column, span.end_line, span.end_column) if span else None


class Naming:
    """Names from the source's assignments first, then parameter paths, then variables."""

    def __init__(self, names: Names, variables: dict[str, Any]) -> None:
        self.names = names
        self.variables = variables
        self.bindings: list[Bound] = []
        self.paths: dict[int, str] = {}
        self.buffers: set[int] = set()
        for name, value in variables.items():
            if isinstance(value, nn.Module) and not name.startswith("_"):
                for path, parameter in value.named_parameters(name):
                    self.paths.setdefault(id(parameter), path)
                for path, buffer in value.named_buffers(name):
                    self.paths.setdefault(id(buffer), path)
                    self.buffers.add(id(buffer))

    def idle(self, used: dict[int, tuple[int, int]]) -> list[Tensor]:
        """Parameters no op read, of modules that were used: no gradient reaches them, which is worth
        seeing."""
        found: dict[int, Tensor] = {}
        for name, value in self.variables.items():
            if isinstance(value, nn.Module) and not name.startswith("_"):
                parameters = list(value.parameters())
                if any(id(p) in used for p in parameters):
                    found |= {id(p): p for p in parameters if id(p) not in used}
        return list(found.values())

    def name_op(
        self, draft: Draft, event: Op, index: int, events: list[Any], inherited: str | None
    ) -> None:
        """Name an op after the variable its expression is assigned to."""
        draft.name = inherited
        if not event.depth or _is_only(event, index, events):
            self.name_call(draft)

    def name_call(self, draft: Draft) -> None:
        """Name a draft after the variable the call at its place is assigned to."""
        place = place_of_span(draft.span)
        targets = self.names.targets.get(place) if place else None
        if not targets:
            return
        named = [t for t in targets if t.name != LAST]
        if named:
            draft.name = _joined([t for t in named if self._fits(t, draft)])
        for target in named:
            if self._fits(target, draft):
                span = span_of(target.place)
                self.bindings.append(Bound(target.name, span, draft.index, target.position or 0))

    def name_answers(
        self, drafts: list[Draft], places: list[tuple[int, int] | None], span: Span | None
    ) -> None:
        """Name the nodes torch.autograd.grad returned after the variables they are assigned to."""
        place = place_of_span(span)
        for target in self.names.targets.get(place, []) if place else []:
            position = target.position or 0
            made = places[position] if position < len(places) else None
            if made is not None and (target.position is not None or len(places) == 1):
                drafts[made[0]].name = target.name
                self.bindings.append(Bound(target.name, span_of(target.place), *made))

    def _fits(self, target: Target, draft: Draft) -> bool:
        return (target.position or 0) < max(len(draft.outputs), 1)

    def name_by_use(self, draft: Draft, event: Op, label: int | str) -> None:
        """Name a tensor that appeared from nowhere after the operand it was read as."""
        if event.depth or not isinstance(label, int):
            return
        place = place_of_span(span_at(event.code, event.lasti))
        receiver, operands = self.names.operands.get(place, (None, [])) if place else (None, [])
        if len(operands) < len(event.args):
            operands = [receiver, *operands]
        named = [text for text in operands if text]
        if len(operands) == 2 and len(named) == 1 and len(event.args) == 2:
            draft.name = named[0]  # 0.1 * w.grad arrives as w.grad times 0.1
        elif label < len(operands):
            draft.name = operands[label]

    def finish(self, drafts: list[Draft], current: dict[int, tuple[int, int]]) -> None:
        """Name leaves by path, and whatever is still nameless by the variable that holds it."""
        for draft in drafts:
            for output in draft.outputs[:1]:
                path = self.paths.get(id(output.tensor))
                if path and (draft.kind != "op" or draft.is_update):
                    draft.name = path
        bound = {(b.name, b.span.line) for b in self.bindings}
        held: dict[int, dict[int, str]] = {}
        for name, value in self.variables.items():
            if not isinstance(value, Tensor) or id(value) not in current:
                continue
            index, position = current[id(value)]
            draft = drafts[index]
            if name not in self.names.bound:
                continue
            if draft.name is None:
                held.setdefault(index, {}).setdefault(position, name)
            place = self.names.bound[name][-1]
            if (name, place[0]) not in bound:
                self.bindings.append(Bound(name, span_of(place), index, position))
        for index, names in held.items():
            every = [names[k] for k in range(len(names)) if k in names]
            is_each = len(every) == len(names)  # o, (h, c) = lstm(x): all of its outputs
            drafts[index].name = ", ".join(every) if is_each else next(iter(names.values()))


def _joined(targets: list[Target]) -> str:
    """The names as one, the k-th standing for output k where they are unpacked."""
    places = {t.position: t.name for t in targets if t.position is not None}
    if len(places) == len(targets):
        return ", ".join(places.get(k, "_") for k in range(max(places, default=-1) + 1))
    return ", ".join(dict.fromkeys(t.name for t in targets))


def _is_only(event: Op, index: int, events: list[Any]) -> bool:
    """Whether a library call recorded this op and no other: then its result is the call's. With
    more, which of them was returned is known only from the variable itself, at the end."""

    def is_sibling(other: Any) -> bool:
        return (
            isinstance(other, Op)
            and other.code is event.code
            and other.lasti == event.lasti
            and other.depth > 0
        )

    for others in (events[index + 1 : index + 40], events[max(index - 40, 0) : index][::-1]):
        for other in others:
            if isinstance(other, Iteration) or (isinstance(other, Op) and not is_sibling(other)):
                break
            if is_sibling(other):
                return False
    return True
