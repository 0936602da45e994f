"""Woven drafts and followed passes in; the wire Graph out."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import msgspec
import torch
from torch import Tensor, nn

from app import graph as wire
from app.autograd.abridge import leave_out
from app.autograd.balance import Balance
from app.autograd.drafts import Draft, Input, Output
from app.autograd.flows import Flows, PassDraft, StepDraft, added, as_tensor
from app.autograd.narrate import narrator
from app.autograd.near import near
from app.autograd.past import Past
from app.autograd.recorder import storage_pointer
from app.autograd.thumbs import Thumbs
from app.autograd.values import Reader, value_of_content
from app.autograd.weave import Weaver
from app.ops.symbols import symbol_of

#: nodes of a run up to which small tensors are told element by element, and how many elements are
#: told in a longer one, where the rest wait to be asked for
MANY, FEW = 2_000, 4


@cache
def saved_names(kind: Any) -> list[str]:
    plain = ("_saved_self_sizes", "_saved_self_sym_sizes", "_saved_self_options")
    names = (n for n in dir(kind) if n.startswith("_saved_") and n not in plain)
    return [n.removeprefix("_saved_") for n in names if "sym_" not in n and "scalar" not in n]


class Assembly:
    """Freezes the drafts; `past` knows what was overwritten since."""

    def __init__(self, weaver: Weaver, flows: Flows, past: Past) -> None:
        self.weaver = weaver
        self.flows = flows
        self.past = past
        self.reader = Reader()
        self.thumbs = Thumbs()
        self.failed = any(draft.failed for draft in weaver.drafts)
        self.values: dict[int, wire.Value | None] = {}
        self.ids: dict[int, str] = {}
        self.edge_ids: dict[tuple[int, int], str] = {}
        self.left_out = 0
        #: of a long run, the drafts a folded picture shows
        self.near: set[int] = set()
        #: id of every edge of a node that is not told
        self.untold: set[int] = set()

    def number(self, limit: int) -> None:
        """Drop what only served to make a parameter and what is beyond `limit` nodes, then give
        every node and edge its id."""
        self._drop()
        self._place_leaves()
        self.left_out = leave_out(self.weaver.drafts, limit)
        for draft in self.weaver.drafts:
            if not draft.is_dropped:
                self.ids[draft.index] = f"n{len(self.ids) + 1}"
        if len(self.ids) > MANY:
            self.reader.told = FEW
            self.near = near(self.weaver, self.ids)
        for draft in self.weaver.drafts:
            if not draft.is_dropped:
                for position, entry in enumerate(draft.inputs):
                    if entry.source in self.ids:
                        self.edge_ids[(draft.index, position)] = f"e{len(self.edge_ids) + 1}"
            elif draft.is_left_out:
                self.untold |= {id(entry) for entry in draft.inputs}

    def _place_leaves(self) -> None:
        """A parameter or buffer lives in the innermost scope that holds all its uses."""
        scopes = self.weaver.nest.scopes

        def chain(scope: int | None) -> list[int]:
            found = []
            while scope is not None:
                found.append(scope)
                scope = scopes[scope].parent
            return found[::-1]

        common: dict[int, list[int]] = {}
        drafts = self.weaver.drafts
        movable = {d.index for d in drafts if d.kind != "op" and d.span is None}
        for draft in drafts if movable else ():
            for edge in draft.inputs:
                if edge.source not in movable or draft.is_update or draft.is_dropped:
                    continue
                here = chain(draft.scope)
                shared = common.get(edge.source, here)
                length = next(
                    (k for k, (a, b) in enumerate(zip(shared, here)) if a != b),
                    min(len(shared), len(here)),
                )
                common[edge.source] = here[:length]
        for index, shared in common.items():
            drafts[index].scope = shared[-1] if shared else None

    def _drop(self) -> None:
        parameters = {
            storage_pointer(o.tensor)
            for d in self.weaver.drafts
            for o in d.outputs
            if isinstance(o.tensor, nn.Parameter)
        }
        uses = [0] * len(self.weaver.drafts)
        for draft in self.weaver.drafts:
            for edge in draft.inputs:
                uses[edge.source] += 1
        for draft in reversed(self.weaver.drafts):
            if not uses[draft.index] and self._only_made_a_parameter(draft, parameters):
                draft.is_dropped = True
                for edge in draft.inputs:
                    uses[edge.source] -= 1

    def _only_made_a_parameter(self, draft: Draft, parameters: set[int | None]) -> bool:
        if draft.failed or draft.is_update or not draft.outputs:
            return False
        if draft.name and draft.span is not None:
            return False
        tensors = [output.tensor for output in draft.outputs]
        if any(t.requires_grad or isinstance(t, nn.Parameter) for t in tensors):
            return False
        return (
            draft.depth > 0
            or any(storage_pointer(t) in parameters for t in tensors)
            or (draft.kind != "op")
        )

    def nodes(self) -> list[wire.Node]:
        """Every kept draft, frozen."""
        nodes = [self.node(draft) for draft in self.weaver.drafts if not draft.is_dropped]
        self.thumbs.read()
        return nodes

    def node(self, draft: Draft) -> wire.Node:
        """One draft, frozen."""
        first = draft.outputs[0] if draft.outputs else None
        node = next((o.grad_fn for o in draft.outputs if o.grad_fn is not None), None)
        return wire.Node(
            id=self.ids[draft.index],
            kind=self.kind(draft),
            op=draft.op,
            symbol=symbol_of(draft.op, draft.literals),
            name=draft.name,
            scope=None if draft.scope is None else f"s{draft.scope + 1}",
            span=draft.span,
            autograd=node.name() if node is not None else None,
            is_leaf=first is not None and first.grad_fn is None and bool(first.tensor.is_leaf),
            requires_grad=any(_is_tracked(output) for output in draft.outputs),
            outputs=[self.tensor(draft, k) for k in range(len(draft.outputs))],
            saved=list(saved_names(cast("Any", type(node)))) if node is not None else [],
            failed=draft.failed,
        )

    def kind(self, draft: Draft) -> Any:
        """parameter, buffer, input or constant for a leaf; op for the rest."""
        if draft.kind == "op":
            return "op"
        tensor = draft.outputs[0].tensor
        if id(tensor) in self.weaver.naming.buffers:
            return "buffer"
        if isinstance(tensor, nn.Parameter) or _is_tracked(draft.outputs[0]):
            return "parameter"
        return "input" if draft.name else "constant"

    def tensor(self, draft: Draft, position: int) -> wire.Tensor:
        """One output with its value and its gradient, or the reason it has none."""
        output = draft.outputs[position]
        tensor = output.tensor
        value, gradient = self.value(output), self.gradient(draft, position)
        kept = self.flows.gradients.get((draft.index, position))
        big, first = value.data is None, draft.index in self.near
        return wire.Tensor(
            shape=list(output.shape),
            dtype=str(tensor.dtype).removeprefix("torch."),
            device=str(tensor.device),
            value=value,
            gradient=gradient,
            no_gradient=None if gradient else self.reason(draft, output),
            thumb=self.thumbs.of(self.as_made(output), value, first)
            if big and not output.is_unset
            else None,
            gradient_thumb=self.thumbs.of(kept, gradient, first) if big and gradient else None,
            **(self.balance(draft, position, kept) if gradient else {}),
        )

    def balance(self, draft: Draft, position: int, gradient: Any) -> dict[str, Any]:
        """What of a gradient no edge brought, and what .grad held instead."""
        place = (draft.index, position)
        rest, because = self.rest(place, gradient)
        found = {
            "carried": self.passing(self.flows.ledger.carried.get(place)),
            "rest": self.passing(rest),
            "rest_because": because,
            "held": self.held(place),
        }
        return {name: value for name, value in found.items() if value is not None}

    def rest(self, place: tuple[int, int], gradient: Any) -> tuple[Any, wire.Rest | None]:
        """What the contributions told do not bring, and why."""
        return Balance(self.weaver, self.flows, self.untold).rest(place, gradient)

    def held(self, place: tuple[int, int]) -> wire.Held | None:
        """What an optimizer, or the program's end, found in .grad instead."""
        held = self.flows.ledger.held.get(place)
        if held is None:
            return None
        return wire.Held(
            value=self.passing(held.kept),
            by=held.by,
            span=held.span,
            update=None if held.draft is None else self.ids.get(held.draft),
        )

    def passing(self, kept: Any) -> wire.Value | None:
        """A kept gradient that only this asks for."""
        return None if kept is None else self.reader.passing(kept)

    def value(self, output: Output) -> wire.Value:
        """The value an output had when it was made; nothing of memory not yet written."""
        if output.is_unset:
            return wire.Value(numel=output.tensor.numel())
        if output.content is not None:
            return value_of_content(output.content, self.reader.told)
        return self.reader.value_of(self.as_made(output))

    def as_made(self, output: Output) -> Tensor:
        """The tensor as its event left it, even if it was overwritten later."""
        tensor: Tensor = (output.tensor if output.alias is None else output.alias).detach()
        if output.layout:
            tensor = tensor.as_strided(*output.layout)
        return self.past.of(tensor, output.event)

    def gradient(self, draft: Draft, position: int) -> wire.Value | None:
        """The gradient of an output after the last pass that reached it."""
        return self.read(self.flows.gradients.get((draft.index, position)))

    def read(self, kept: Any) -> wire.Value | None:
        """A kept gradient as a Value, each object once."""
        if kept is None:
            return None
        if id(kept) not in self.values:
            self.values[id(kept)] = self.reader.value(kept)
        return self.values[id(kept)]

    def reason(self, draft: Draft, output: Output) -> wire.NoGradient:
        """Why an output has no gradient."""
        tensor = output.tensor
        if not (tensor.is_floating_point() or tensor.is_complex()):
            return "not_differentiable"
        if not _is_tracked(output):
            return self._reason_untracked(draft)
        if not any(p.kind == "backward" for p in self.flows.passes):
            return "failed" if self.failed else "no_backward"
        return "unreachable"

    def _reason_untracked(self, draft: Draft) -> wire.NoGradient:
        sources = [self.weaver.drafts[i.source].outputs[i.output] for i in draft.inputs]
        if draft.kind != "op" or not any(_is_tracked(source) for source in sources):
            return "not_required"
        return "detached" if draft.op in ("detach", "detach_", "data") else "no_grad"

    def place_of(self, node: str, output: int) -> tuple[int, int] | None:
        """(draft, output) behind a node id, or None."""
        for draft, found in self.ids.items():
            if found == node and 0 <= output < len(self.weaver.drafts[draft].outputs):
                return draft, output
        return None

    def gradient_tensor(self, draft: int, output: int) -> Tensor | None:
        """The gradient of an output as a tensor, or None."""
        kept = self.flows.gradients.get((draft, output))
        return None if kept is None else as_tensor(kept)

    def edges(self) -> list[wire.Edge]:
        """Every input of every kept draft."""
        drafts = self.weaver.drafts
        return [
            self.edge(drafts[index], position, drafts[index].inputs[position])
            for index, position in self.edge_ids
        ]

    def edge(self, draft: Draft, position: int, entry: Input) -> wire.Edge:
        """One input, frozen, with the sum of what it contributed."""
        total = None
        for contribution in entry.contributions:
            total = added(total, contribution)
        return wire.Edge(
            id=self.edge_ids[(draft.index, position)],
            source=wire.Source(node=self.ids[entry.source], output=entry.output),
            target=wire.Target(node=self.ids[draft.index], argument=entry.argument),
            contribution=self.read(total)
            if len(entry.contributions) < 2
            else self.reader.passing(total),
        )

    def narrator(self, nodes: list[wire.Node], edges: list[wire.Edge], lang: str) -> Any:
        """Who writes the sentences of steps."""
        return narrator(nodes, edges, lang)

    def passes(self, say: Any) -> list[wire.Pass]:
        """Every pass; `say(kind, step, clipped)` writes the sentence of a step."""
        counts: dict[str, int] = {}
        frozen = []
        for draft in self.followed():
            steps = [s for s in draft.steps if not self.weaver.drafts[s.draft].is_dropped]
            if not steps:
                continue
            index = counts[draft.kind] = counts.get(draft.kind, -1) + 1
            frozen.append(self.one_pass(draft, index, steps, say))
        return frozen

    def followed(self) -> list[PassDraft]:
        """The passes that are told."""
        return self.flows.passes

    def one_pass(self, draft: PassDraft, index: int, steps: list[StepDraft], say: Any) -> wire.Pass:
        """One pass, frozen."""
        kind: Any = draft.kind
        return wire.Pass(
            kind=kind,
            index=index,
            root=None if draft.root is None else self.ids.get(draft.root),
            inferred=draft.inferred,
            steps=[self.step(draft.kind, step, say) for step in steps],
        )

    def step(self, kind: str, step: StepDraft, say: Any) -> wire.Step:
        """One step, frozen."""
        shown = [k for k, p in enumerate(step.inputs) if (step.draft, p) in self.edge_ids]
        sent = step.contributions
        frozen = wire.Step(
            node=self.ids[step.draft],
            edges=[self.edge_ids[(step.draft, step.inputs[k])] for k in shown],
            text="",
            contributions=[self.read(sent[k]) for k in shown] if sent else [],
            gradients=[self.read(g) for g in step.gradients],
            before=self.passing(step.before),
        )
        text = say(kind, frozen, self.weaver.drafts[step.draft].clipped)
        msgspec.structs.force_setattr(frozen, "text", text)  # nobody has it yet
        return frozen

    def scopes(self) -> list[wire.Scope]:
        """The scopes that hold a node, and those around them."""
        used: set[int] = set()
        scopes = self.weaver.nest.scopes
        for draft in self.weaver.drafts:
            index = None if draft.is_dropped else draft.scope
            while index is not None and index not in used:
                used.add(index)
                index = scopes[index].parent
        return [self.scope(index) for index in sorted(used)]

    def scope(self, index: int) -> wire.Scope:
        """One scope, frozen."""
        draft = self.weaver.nest.scopes[index]
        kind: Any = draft.kind
        return wire.Scope(
            id=f"s{index + 1}",
            parent=None if draft.parent is None else f"s{draft.parent + 1}",
            kind=kind,
            name=draft.name,
            path=draft.path,
            type=draft.type,
        )

    def bindings(self) -> list[wire.Binding]:
        """Variables, in the order they were bound."""
        return [
            wire.Binding(name=b.name, span=b.span, node=self.ids[b.draft], output=b.output)
            for b in self.weaver.naming.bindings
            if b.draft in self.ids and b.output < len(self.weaver.drafts[b.draft].outputs)
        ]


def _is_tracked(output: Output) -> bool:
    if output.grad_fn is not None:
        return True
    tensor = output.tensor
    return bool(tensor.is_leaf and tensor.requires_grad)


def torch_version() -> str:
    """The torch that ran, without its build tag."""
    return str(torch.__version__).partition("+")[0]
