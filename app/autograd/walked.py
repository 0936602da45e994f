"""A tensor with a grad_fn in; the graph torch itself kept of how it was made, as a Finished, out.

Nothing was recorded while it was made, so a value is known only where something still holds it: a
leaf, a tensor in one of the given variables, or what an op saved for its backward."""

from __future__ import annotations

import re
import time
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import get_gradient_edge

from app.autograd.capture import Capture
from app.autograd.drafts import Draft, Input, Output
from app.autograd.engine import Reachable, is_accumulator
from app.autograd.finish import Finished, assemble
from app.autograd.instrument import Names
from app.autograd.live import backward, options
from app.autograd.output import Printer
from app.autograd.recorder import Recorder
from app.autograd.weave import Weaver
from app.errors import Problem
from app.graph import Diagnostic
from app.ops.symbols import public_name
from app.program import Program
from app.protocol import Job
from app.words import say

Place = tuple[Any, int]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Walk:
    """Drafts of the autograd nodes below a root, in the order they were made."""

    def __init__(self, root: Tensor, variables: dict[str, Any], lang: str) -> None:
        self.job = Job(source="", options=options(lang))
        self.names = Names({}, {}, {})
        self.variables = variables
        self.problem: Problem | None = None
        self.timings: dict[str, float] = {}
        self.notes: list[tuple[str, Any]] = []
        self.printer = Printer(0, lang)
        self.root = root
        self.nodes = in_order(root)
        self.known = held(root, self.nodes, variables)
        self.named = {
            place_of(value): name for name, value in variables.items() if is_shown(name, value)
        }
        self.weaver = Weaver(self.names, variables)
        self.index: dict[Any, int] = {}
        self.unknown = 0
        for node in self.nodes:
            self._draft(node)
        self.program = Program(language="torch", source="", code="")

    def _draft(self, node: Any) -> None:
        weaver = self.weaver
        index = self.index[node] = len(weaver.drafts)
        draft = Draft(index, "op", "", 0, None)
        weaver.drafts.append(draft)
        if is_accumulator(node):
            draft.kind = "constant"  # the leaf itself; parameter once it is looked at
            weaver.accumulators[node] = None
            weaver.add_output(draft, Output(node.variable, 0))
            draft.name = self.named.get((id(node.variable), 0))
            return
        draft.op = op_of(node)
        draft.literals = [x for x in (getattr(node, "_saved_exponent", None),) if x is not None]
        draft.name = self.named.get((node, 0))
        weaver.owner[node] = index
        for number, metadata in enumerate(node._input_metadata):
            self._output(draft, node, number, metadata)
        for position, (target, number) in enumerate(node.next_functions):
            if target is None:
                continue
            crossing = (position, len(draft.inputs))
            weaver.crossings[node] = (*weaver.crossings.get(node, ()), crossing)
            draft.inputs.append(Input(self.index[target], number, position))

    def _output(self, draft: Draft, node: Any, number: int, metadata: Any) -> None:
        found = self.known.get((node, number))
        if found is None:
            self.unknown += 1
            found = torch.empty(list(metadata.shape), dtype=metadata.dtype, device="meta")
        self.weaver.add_output(draft, Output(found, 0, None, node, output_nr=number))
        self.weaver.edge_source[(node, number)] = (draft.index, number)

    def finish(self) -> Finished:
        """Run the backward pass, which leaves no trace, and freeze."""
        start = time.perf_counter()
        state = Capture(Recorder("", 0))
        notes = [] if backward(self.root, state) else [self._note("graph_freed")]
        if self.unknown:
            notes.append(self._note("values_not_recorded", count=self.unknown))
        self.program = Program(language="torch", source="", code="", notes=notes)
        self.weaver.made = [range(len(self.weaver.drafts)), ()]
        self.timings["run"] = (time.perf_counter() - start) * 1e3
        # the nodes were made before the pass began
        state.events.insert(0, None)
        return assemble(self, state, self.weaver)

    def _note(self, code: str, **words: object) -> Diagnostic:
        lang = self.job.options.lang
        return Diagnostic(
            code=code,
            severity="warning" if code == "graph_freed" else "note",
            node=None,
            span=None,
            message=say(f"note.{code}", lang, **words),
            hint=say(f"note.{code}.hint", lang),
        )


def in_order(root: Tensor) -> list[Any]:
    """Autograd nodes below a root as they were made, every leaf just before its first use."""
    found = list(Reachable([root]).arrivals)
    ops = sorted((n for n in found if not is_accumulator(n)), key=lambda n: n._sequence_nr())
    order: dict[Any, None] = {}
    for node in ops or found:
        for target, _ in node.next_functions:
            if target is not None and is_accumulator(target):
                order[target] = None
        order[node] = None
    return list(order)


def held(root: Tensor, nodes: list[Any], variables: dict[str, Any]) -> dict[Place, Tensor]:
    """(autograd node, output number) → a tensor that still holds this output's value."""
    tensors = [root, *(v for v in variables.values() if isinstance(v, Tensor))]
    for node in nodes:
        tensors += saved_by(node)
    return {
        (tensor.grad_fn, tensor.output_nr): tensor
        for tensor in reversed(tensors)
        if tensor.grad_fn is not None
    }


def saved_by(node: Any) -> list[Tensor]:
    """What a node saved for its backward, as far as it still has it."""
    found = []
    for name in dir(node):
        if name.startswith("_saved_") or name == "saved_tensors":
            try:
                saved = getattr(node, name)
            except (RuntimeError, AttributeError):
                continue  # freed by an earlier backward
            several = saved if isinstance(saved, (tuple, list)) else [saved]
            found += [one for one in several if isinstance(one, Tensor)]
    return found


def place_of(tensor: Tensor) -> Place:
    """What tells one output from all others: its autograd node, or the leaf itself."""
    if tensor.grad_fn is None:
        return (id(tensor), 0)
    return (get_gradient_edge(tensor).node, tensor.output_nr)


def is_shown(name: str, value: Any) -> bool:
    """Whether a variable is a tensor somebody named for others to read."""
    return isinstance(value, Tensor) and value.requires_grad and not name.startswith("_")


def op_of(node: Any) -> str:
    """MulBackward0 → mul, LogSoftmaxBackward0 → log_softmax, MyFunctionBackward → MyFunction."""
    name = re.sub(r"^torch::autograd::", "", node.name())
    plain = re.sub(r"Backward\d*$", "", name)
    if name[-1:].isdigit():
        plain = _CAMEL.sub("_", plain).lower().removeprefix("native_")
    return public_name(plain)
