"""The events of a run in; drafts of nodes with their inputs and the autograd nodes they own, out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from torch import Tensor, nn

from app.autograd.capture import Update, Zeroed
from app.autograd.drafts import Draft, Input, Output
from app.autograd.engine import BackwardRun, is_accumulator
from app.autograd.events import (
    Answered,
    Clipped,
    Enter,
    Exit,
    Hooked,
    Iteration,
    Op,
    Relaid,
    Replaced,
    span_at,
)
from app.autograd.instrument import Names
from app.autograd.naming import Naming
from app.autograd.nest import Nest
from app.autograd.operands import has_tensor, labelled, literals
from app.autograd.recorder import WRITES, is_in_place, storage_pointer
from app.autograd.unset import Unset
from app.ops.symbols import public_name

#: (position among next_functions, input of the draft) of autograd edges
Crossings = tuple[tuple[int, int], ...]
#: fills that only give a leaf its first value
FILLS = frozenset(
    {"uniform_", "normal_", "zero_", "fill_", "copy_", "trunc_normal_", "exponential_"}
)


class Weaver:
    """Walks the events once, in order, keeping for every tensor object who made its present value."""

    def __init__(self, names: Names, variables: dict[str, Any]) -> None:
        self.naming = Naming(names, variables)
        self.nest = Nest(variables)
        self.drafts: list[Draft] = []
        self.current: dict[int, tuple[int, int]] = {}
        #: where in memory → the last event that wrote there, and its draft if it has one
        self.writes: dict[int, tuple[int, int | None]] = {}
        self.unset = Unset()
        self.hooked: set[int] = set()
        #: id(leaf) → who made each of its values, in order
        self.versions: dict[int, list[tuple[int, int]]] = {}
        #: the same, every one of them
        self.written: dict[int, list[tuple[int, int]]] = {}
        #: number of a backward run's event → id(leaf) → who made the leaf's value then
        self.leaves: dict[int, dict[int, tuple[int, int]]] = {}
        self.owner: dict[Any, int] = {}
        self.edge_source: dict[tuple[Any, int], tuple[int, int]] = {}
        #: autograd node → every edge that leaves its draft: position, the input it flows to
        self.crossings: dict[Any, Crossings] = {}
        #: crossings are alike in most nodes: each kind once
        self.kinds: dict[Crossings, Crossings] = {}
        self.made: list[Sequence[int]] = []
        self.accumulators: dict[Any, None] = {}

    def weave(self, events: list[Any], is_whole: bool = True) -> None:
        """Fill `drafts`; `made[i]` lists the drafts that event i made. Of a run that goes on, what
        nobody has read may still be."""
        for index, event in enumerate(events):
            before = len(self.drafts)
            self.take(event, index, events)
            after = len(self.drafts)
            self.made.append(range(before, after) if before < after else ())
        if not is_whole:
            return  # to ask a view for its autograd node now would change the run
        for place in list(self.current.values()):  # what nobody has read since it was written
            self.tie(place, self.drafts[place[0]].outputs[place[1]].tensor.grad_fn)
        for parameter in self.naming.idle(self.current):
            self.appear(parameter, len(events), None)

    def take(self, event: Any, index: int, events: list[Any]) -> None:
        """One event."""
        if isinstance(event, Op):
            self.take_op(event, index, events)
        elif isinstance(event, Enter):
            self.nest.enter(event)
        elif isinstance(event, Iteration):
            self.nest.iterate(event.key, event.number)
        elif isinstance(event, Exit):
            self.nest.exit(event.key)
        elif isinstance(event, Update):
            self.take_update(event, index)
        elif isinstance(event, Relaid):
            place = self.current.get(id(event.tensor))
            if place is not None:
                self.drafts[place[0]].outputs[place[1]].layout = event[1:]
        elif isinstance(event, Replaced):
            place = self.current.get(id(event.tensor))
            if place is not None:
                self.drafts[place[0]].outputs[place[1]].alias = event.alias
        elif isinstance(event, BackwardRun):
            self.take_backward(event, index)
        elif isinstance(event, Zeroed):
            self.writes |= dict.fromkeys(event.pointers, (index, None))
        elif isinstance(event, Clipped):
            self.take_clip(event, index)
        elif isinstance(event, Hooked):
            self.hooked.add(id(event.tensor))
        elif isinstance(event, Answered):
            places = [self.current.get(id(t)) for t in event.tensors]
            self.naming.name_answers(self.drafts, places, span_at(event.code, event.lasti))

    def take_backward(self, event: BackwardRun, index: int) -> None:
        """Leaves a backward call reached are there from now on; their .grad has a new value."""
        for seed in event.started:
            if id(seed) not in self.current:
                self.drafts[self.appear(seed, index, None)[0]].op = "ones_like"
        self.leaves[index] = {
            key: self.present(leaf, index)
            for key, (leaf, _) in event.leaves.items()
            if key in self.current or key not in event.inner or isinstance(leaf, nn.Parameter)
        }
        self.writes |= dict.fromkeys(event.pointers, (index, None))

    def take_clip(self, event: Clipped, index: int) -> None:
        """Gradients clipped: a node that reads the parameters they belong to."""
        draft = Draft(len(self.drafts), "op", event.name, index, None, scope=self.nest.innermost)
        draft.span = span_at(*event.place) if event.place else None
        draft.clipped = event
        for number, look in enumerate(event.looks):
            source, output = self.present(look.leaf, index)
            self.drafts[source].is_read = True
            draft.inputs.append(Input(source, output, f"0[{number}]"))
            if look.pointer:
                self.writes[look.pointer] = (index, None)
        self.drafts.append(draft)
        if event.total is not None:
            self.add_output(draft, Output(event.total, index))
            self.naming.name_call(draft)

    def take_op(self, event: Op, index: int, events: list[Any]) -> None:
        """One torch call becomes a leaf, an op, or a new version of what it overwrote."""
        name, op = _names_of(event.func)
        operands = labelled(event.args, event.kwargs)
        writes = is_in_place(name, event.kwargs)
        if writes and self.is_first_fill(op, event):
            return
        is_factory = op.endswith("_like") or op.startswith("new_")
        kind = "op" if (operands and not is_factory) or event.failed else "constant"
        inputs = (
            [] if is_factory else [self.input_of(t, label, index, event) for label, t in operands]
        )
        draft = self.begin(op, index, event, kind, inputs)
        out = event.args[0] if event.out is None and writes else event.out
        self.add_outputs(draft, out, event)
        written = list(out if isinstance(out, (tuple, list)) else [out]) if writes else []
        for tensor in written:
            if isinstance(tensor, Tensor):
                self.note_write(tensor, index, draft)
        self.unset.follow(draft, event, [t for _, t in operands] if inputs else [], written)
        for position in WRITES.get(name, ()):
            if position < len(event.args) and isinstance(event.args[position], Tensor):
                self.note_write(event.args[position], index, draft)
        self.adopt(draft, [output.grad_fn for output in draft.outputs])
        self.naming.name_op(draft, event, index, events, self.previous_name(draft, writes))

    def begin(self, op: str, index: int, event: Op, kind: Any, inputs: list[Input]) -> Draft:
        """A new draft at the event's place in source and scopes."""
        draft = Draft(
            index=len(self.drafts),
            kind=kind,
            op=op,
            event=index,
            span=span_at(event.code, event.lasti),
            scope=self.nest.innermost,
            inputs=inputs,
            literals=literals(event.args, event.kwargs),
            depth=event.depth,
            failed=event.failed,
        )
        self.drafts.append(draft)
        return draft

    def add_outputs(self, draft: Draft, out: Any, event: Op) -> None:
        """Note the tensors an event made as the draft's outputs."""
        if isinstance(out, Tensor):
            grad_fn = out.grad_fn if event.failed else event.grad_fn
            self.add_output(draft, Output(out, draft.event, event.content, grad_fn))
        elif isinstance(out, (tuple, list)):
            for position, tensor in enumerate(out):
                if isinstance(tensor, Tensor):
                    grad_fn = event.grad_fn[position] if event.grad_fn else tensor.grad_fn
                    self.add_output(draft, Output(tensor, draft.event, None, grad_fn))
                elif isinstance(tensor, (tuple, list)) and has_tensor(tensor):
                    for inner in tensor:
                        if isinstance(inner, Tensor):
                            self.add_output(draft, Output(inner, draft.event, None, inner.grad_fn))

    def add_output(self, draft: Draft, output: Output) -> None:
        """Append an output; from now on it is the tensor's present value."""
        place = (draft.index, len(draft.outputs))
        draft.outputs.append(output)
        output.output_nr = output.tensor.output_nr
        if output.grad_fn is not None:
            self.edge_source.setdefault((output.grad_fn, output.output_nr), place)
        self.current[id(output.tensor)] = place
        if output.grad_fn is None and output.tensor.requires_grad and output.tensor.is_leaf:
            self.versions.setdefault(id(output.tensor), []).append(place)

    def note_write(self, tensor: Tensor, index: int, draft: Draft) -> None:
        """Everything sharing this storage has a new value from this draft on."""
        pointer = storage_pointer(tensor)
        if pointer:
            self.writes[pointer] = (index, draft.index)
            self.written.setdefault(pointer, []).append((index, draft.index))

    def writes_before(self, pointer: int, index: int) -> tuple[int, int] | None:
        """The last recorded op before event `index` that wrote to this storage: event, draft."""
        found = (write for write in reversed(self.written.get(pointer, ())) if write[0] < index)
        return next(found, None)

    def input_of(self, tensor: Tensor, label: int | str, index: int, event: Op) -> Input:
        """The edge that brings a tensor's present value to this event."""
        source, output = self.present(tensor, index, (event, label))
        self.drafts[source].is_read = True
        if event.read and id(tensor) in event.read:
            self.tie((source, output), event.read[id(tensor)])
        return Input(source, output, label)

    def present(self, tensor: Tensor, index: int, use: Any = None) -> tuple[int, int]:
        """Who made the value this tensor has just before event `index`."""
        place = self.current.get(id(tensor)) or self.unpacked(tensor)
        if place is None:
            return self.appear(tensor, index, use)
        if self.writes:
            pointer = storage_pointer(tensor)
            event, writer = (self.writes.get(pointer) if pointer else None) or (-1, None)
            if event > self.drafts[place[0]].outputs[place[1]].event:
                if writer is None:
                    return self.appear(tensor, index, use)
                return self.refresh(tensor, event, writer)
        return place

    def unpacked(self, tensor: Tensor) -> tuple[int, int] | None:
        """What autograd saved comes back as another object on the same edge; if that edge is
        inside an op (the log-softmax of a cross-entropy), as one more output of the op."""
        node = tensor.grad_fn
        if node is None:
            return None
        place = self.edge_source.get((node, tensor.output_nr))
        if place is not None:
            self.current[id(tensor)] = place
        elif node in self.owner:
            draft = self.drafts[self.owner[node]]
            inside = Output(tensor, draft.event, None, node, is_inside=True)
            self.add_output(draft, inside)
            place = self.current[id(tensor)]
        return place

    def refresh(self, tensor: Tensor, event: int, writer: int) -> tuple[int, int]:
        """A view (or base) of an overwritten tensor: its new value is another output of the write,
        with the autograd node it has when a differentiable op reads it."""
        is_unset = self.unset.holds(tensor)
        self.add_output(self.drafts[writer], Output(tensor, event, is_unset=is_unset))
        return self.current[id(tensor)]

    def tie(self, place: tuple[int, int], node: Any) -> None:
        """Note the autograd node a tensor had at this value, where none is known."""
        draft = self.drafts[place[0]]
        output = draft.outputs[place[1]]
        if output.grad_fn is None and node is not None:
            output.grad_fn, output.output_nr = node, 0
            self.edge_source.setdefault((node, 0), place)
            self.adopt(draft, [node])

    def appear(self, tensor: Tensor, index: int, use: Any) -> tuple[int, int]:
        """A tensor no recorded call made: a parameter, a buffer, or the result of hidden work."""
        hidden = tensor.grad_fn
        op = "" if hidden is None else hidden.name().removesuffix("Backward0").lower()
        kind: Any = "constant" if hidden is None else "op"
        draft = Draft(len(self.drafts), kind, op, index - 1, None, scope=None)
        self.drafts.append(draft)
        self.add_output(draft, Output(tensor, index - 1, None, hidden))
        if hidden is not None:
            draft.is_hidden = True
            self.adopt(draft, [hidden])
        if use and use[0]:
            self.naming.name_by_use(draft, use[0], use[1])
        return self.current[id(tensor)]

    def adopt(self, draft: Draft, starts: list[Any]) -> None:
        """Give a draft the autograd nodes between its outputs and its inputs, and match every
        `next_functions` entry that leaves them to the input it flows back to."""
        queue = [node for node in dict.fromkeys(starts) if node not in self.owner and node]
        for node in queue:
            self.owner[node] = draft.index
        used: dict[tuple[int, int], int] = {}
        for node in queue:
            crossings = []
            for position, (target, number) in enumerate(node.next_functions):
                if target is None:
                    continue
                source = self.source_of(target, number, draft)
                if source is not None:
                    crossings.append((position, self.match(draft, source, used)))
                elif target not in self.owner:
                    self.owner[target] = draft.index
                    queue.append(target)
            if crossings:
                kind = tuple(crossings)
                self.crossings[node] = self.kinds.setdefault(kind, kind)

    def source_of(self, target: Any, number: int, draft: Draft) -> tuple[int, int] | None:
        """Which output an autograd edge leads to, if it leaves the draft."""
        place = self.edge_source.get((target, number))
        if place is None and is_accumulator(target):
            self.accumulators[target] = None
            return self.present(target.variable, draft.event)
        return place if place is not None and place[0] != draft.index else None

    def match(self, draft: Draft, source: tuple[int, int], used: dict[tuple[int, int], int]) -> int:
        """The draft's input from `source`: the next unused one, else the last, else a new one."""
        turn = used.get(source, 0)
        used[source] = turn + 1
        found = None
        for position, entry in enumerate(draft.inputs):
            if entry.source == source[0] and entry.output == source[1]:
                found = position
                if not turn:
                    break
                turn -= 1
        if found is None:
            found = len(draft.inputs)
            draft.inputs.append(Input(source[0], source[1], "base"))
            self.drafts[source[0]].is_read = True
        return found

    def take_update(self, event: Update, index: int) -> None:
        """An optimizer step gives every parameter a new version."""
        for parameter in event.parameters:
            source, output = self.present(parameter, index)
            self.drafts[source].is_read = True
            draft = Draft(len(self.drafts), "op", f"{event.name}.step", index, None)
            draft.span = span_at(*event.place) if event.place else None
            draft.scope = self.nest.innermost
            draft.is_update = True
            draft.inputs = [Input(source, output, 0)]
            self.drafts.append(draft)
            draft.name = self.drafts[source].name
            self.add_output(draft, Output(parameter, index))
            self.note_write(parameter, index, draft)

    def previous_name(self, draft: Draft, writes: bool) -> str | None:
        """An overwritten tensor keeps its name."""
        return self.drafts[draft.inputs[0].source].name if writes and draft.inputs else None

    def is_first_fill(self, op: str, event: Op) -> bool:
        """A fill of a leaf nobody has read yet: part of making it, not an op of its own."""
        target = event.args[0] if event.args else (event.kwargs or {}).get("tensor")
        if not isinstance(target, Tensor) or not (op in FILLS or _is_init(event.func)):
            return False
        place = self.current.get(id(target))
        if place is None:
            self.unset.wrote(target)
            return _is_init(event.func) or isinstance(target, nn.Parameter)
        draft = self.drafts[place[0]]
        is_fresh = draft.kind != "op" and not draft.is_read and event.out is target
        if is_fresh:
            self.unset.wrote(target)
            draft.outputs[place[1]].content = event.content
            draft.outputs[place[1]].is_unset = False
            draft.outputs[place[1]].event = draft.event = len(self.made)
        return is_fresh


@lru_cache(maxsize=4096)
def _names_of(func: Any) -> tuple[str, str]:
    """What torch calls a function, and its public name; of a getter, the attribute's."""
    name = func.__self__.__name__ if func.__name__ == "__get__" else func.__name__
    return name, public_name(name)


def _is_init(func: Any) -> bool:
    return getattr(func, "__module__", None) == "torch.nn.init"
