"""The events of a run in; drafts of nodes with their inputs and the autograd nodes they own, out."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from app.autograd.capture import Update
from app.autograd.drafts import Draft, Input, Output
from app.autograd.engine import is_accumulator
from app.autograd.instrument import Names
from app.autograd.naming import Naming
from app.autograd.nest import Nest
from app.autograd.recorder import (
    WRITES,
    Enter,
    Exit,
    Iteration,
    Op,
    has_tensor,
    is_in_place,
    span_at,
    storage_pointer,
)
from app.ops.symbols import public_name

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
        self.seen: dict[int, int] = {}
        self.writes: dict[int, tuple[int, int]] = {}
        self.consumed: set[int] = set()
        self.owner: dict[Any, int] = {}
        self.edge_source: dict[tuple[Any, int], tuple[int, int]] = {}
        self.crossings: dict[tuple[Any, int], tuple[int, int]] = {}
        self.made: list[list[int]] = []
        self.accumulators: list[Any] = []

    def weave(self, events: list[Any]) -> None:
        """Fill `drafts`; `made[i]` lists the drafts that event i made."""
        for index, event in enumerate(events):
            before = len(self.drafts)
            self.take(event, index, events)
            self.made.append(list(range(before, len(self.drafts))))

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

    def take_op(self, event: Op, index: int, events: list[Any]) -> None:
        """One torch call becomes a leaf, an op, or a new version of what it overwrote."""
        name = (
            event.func.__self__.__name__
            if event.func.__name__ == "__get__"
            else event.func.__name__
        )
        op = public_name(name)
        operands = list(labelled(event.args, event.kwargs))
        writes = is_in_place(name, event.kwargs)
        if writes and self.is_first_fill(op, event):
            return
        is_factory = op.endswith("_like") or op.startswith("new_")
        kind = "op" if (operands and not is_factory) or event.failed else "constant"
        inputs = (
            [] if is_factory else [self.input_of(t, label, index, event) for label, t in operands]
        )
        draft = self.begin(op, index, event, kind)
        draft.inputs = inputs
        draft.failed = event.failed
        draft.literals = literals(event.args, event.kwargs)
        out = event.args[0] if event.out is None and writes else event.out
        self.add_outputs(draft, out, event)
        if writes and isinstance(out, Tensor):
            self.note_write(out, index, draft)
        for position in WRITES.get(name, ()):
            if position < len(event.args) and isinstance(event.args[position], Tensor):
                self.note_write(event.args[position], index, draft)
        self.adopt(draft, [output.grad_fn for output in draft.outputs])
        self.naming.name_op(draft, event, index, events, self.previous_name(draft, writes))

    def begin(self, op: str, index: int, event: Op, kind: Any) -> Draft:
        """A new draft at the event's place in source and scopes."""
        draft = Draft(
            index=len(self.drafts),
            kind=kind,
            op=op,
            event=index,
            span=span_at(event.code, event.lasti),
            scope=self.nest.innermost,
            depth=event.depth,
        )
        self.drafts.append(draft)
        return draft

    def add_outputs(self, draft: Draft, out: Any, event: Op) -> None:
        """Note the tensors an event made as the draft's outputs."""
        if isinstance(out, Tensor):
            grad_fn = out.grad_fn if event.out is None else event.grad_fn
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
            draft.autograd = draft.autograd or output.grad_fn
        self.current[id(output.tensor)] = place
        self.seen[id(output.tensor)] = output.event

    def note_write(self, tensor: Tensor, index: int, draft: Draft) -> None:
        """Everything sharing this storage has a new value from this draft on."""
        pointer = storage_pointer(tensor)
        if pointer:
            self.writes[pointer] = (index, draft.index)

    def input_of(self, tensor: Tensor, label: int | str, index: int, event: Op) -> Input:
        """The edge that brings a tensor's present value to this event."""
        source, output = self.present(tensor, index, (event, label))
        self.consumed.add(source)
        return Input(source, output, label)

    def present(self, tensor: Tensor, index: int, use: Any = None) -> tuple[int, int]:
        """Who made the value this tensor has just before event `index`."""
        place = self.current.get(id(tensor))
        if place is None:
            return self.appear(tensor, index, use)
        if self.writes:
            pointer = storage_pointer(tensor)
            write = self.writes.get(pointer) if pointer else None
            if write and write[0] > self.seen[id(tensor)]:
                return self.refresh(tensor, *write)
        return place

    def refresh(self, tensor: Tensor, event: int, writer: int) -> tuple[int, int]:
        """A view (or base) of an overwritten tensor: its new value is another output of the write."""
        draft = self.drafts[writer]
        self.add_output(draft, Output(tensor, event, None, tensor.grad_fn))
        self.adopt(draft, [tensor.grad_fn])
        return self.current[id(tensor)]

    def appear(self, tensor: Tensor, index: int, use: Any) -> tuple[int, int]:
        """A tensor no recorded call made: a parameter, a buffer, or the result of hidden work."""
        hidden = tensor.grad_fn
        op = "" if hidden is None else hidden.name().removesuffix("Backward0").lower()
        kind: Any = "constant" if hidden is None else "op"
        draft = Draft(len(self.drafts), kind, op, index - 1, None, scope=None)
        self.drafts.append(draft)
        self.add_output(draft, Output(tensor, index - 1, None, hidden))
        if hidden is not None:
            self.adopt(draft, [hidden])
        if use and use[0]:
            self.naming.name_by_use(draft, use[0], use[1])
        return self.current[id(tensor)]

    def adopt(self, draft: Draft, starts: list[Any]) -> None:
        """Give a draft the autograd nodes between its outputs and its inputs, and match every
        `next_functions` entry that leaves them to the input it flows back to."""
        queue = [node for node in starts if node is not None and node not in self.owner]
        for node in dict.fromkeys(queue):
            self.owner[node] = draft.index
        queue = list(dict.fromkeys(queue))
        used: dict[tuple[int, int], int] = {}
        for node in queue:
            draft.owned.append(node)
            for position, (target, number) in enumerate(node.next_functions):
                if target is None:
                    continue
                source = self.source_of(target, number, draft)
                if source is not None:
                    entry = self.match(draft, source, used)
                    self.crossings[(node, position)] = (draft.index, entry)
                elif target not in self.owner:
                    self.owner[target] = draft.index
                    queue.append(target)

    def source_of(self, target: Any, number: int, draft: Draft) -> tuple[int, int] | None:
        """Which output an autograd edge leads to, if it leaves the draft."""
        if is_accumulator(target):
            self.accumulators.append(target)
            return self.present(target.variable, draft.event)
        place = self.edge_source.get((target, number))
        if place is not None and place[0] != draft.index:
            return place
        return None

    def match(self, draft: Draft, source: tuple[int, int], used: dict[tuple[int, int], int]) -> int:
        """The draft's input from `source`: the next unused one, else the last, else a new one."""
        fitting = [k for k, i in enumerate(draft.inputs) if (i.source, i.output) == source]
        if not fitting:
            draft.inputs.append(Input(source[0], source[1], "base"))
            self.consumed.add(source[0])
            fitting = [len(draft.inputs) - 1]
        turn = used.get(source, 0)
        used[source] = turn + 1
        return fitting[min(turn, len(fitting) - 1)]

    def take_update(self, event: Update, index: int) -> None:
        """An optimizer step gives every parameter a new version."""
        for parameter in event.parameters:
            source, output = self.present(parameter, index)
            self.consumed.add(source)
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
            return _is_init(event.func) or isinstance(target, nn.Parameter)
        draft = self.drafts[place[0]]
        is_fresh = draft.kind != "op" and place[0] not in self.consumed and event.out is target
        if is_fresh:
            draft.outputs[place[1]].content = event.content
            draft.outputs[place[1]].event = draft.event = len(self.made)
            self.seen[id(target)] = draft.event
        return is_fresh


def _is_init(func: Any) -> bool:
    return getattr(func, "__module__", None) == "torch.nn.init"


def labelled(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
    """(argument, tensor) of every tensor in a call, lists and tuples opened."""
    for position, argument in enumerate(args):
        yield from _opened(position, argument)
    for name, argument in (kwargs or {}).items():
        if name != "out":
            yield from _opened(name, argument)


def _opened(label: int | str, argument: Any) -> Any:
    if isinstance(argument, Tensor):
        yield label, argument
    elif isinstance(argument, (tuple, list)):
        for position, item in enumerate(argument):
            yield from _opened(f"{label}[{position}]", item)


def literals(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> list[Any]:
    """The plain numbers a call was given beside its tensors."""
    plain: list[Any] = [a for a in args if isinstance(a, (int, float)) and not isinstance(a, bool)]
    if kwargs and isinstance(kwargs.get("exponent", kwargs.get("other")), (int, float)):
        plain.append(kwargs.get("exponent", kwargs.get("other")))
    return plain
