"""A finished run in; how its network is doing: dead units, saturation, attention, parameters, costs, out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.values import number, one_thread
from app.explain.cost import Clock, scope_costs
from app.explain.depth import profile
from app.explain.replay import Place, Replay
from app.health import Health, ParameterHealth, Units
from app.words import say

#: ops whose zeros mean a unit that does not fire
RELUS = frozenset({"relu", "relu6", "threshold"})
#: op → the bounds its values press against
BOUNDS = {
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
}
#: how near a bound counts as pressed
NEAR = 0.02
#: tokens up to which attention weights are asked of the fused op
TOKENS = 2048


Kind = Literal["dead", "saturated", "entropy"]


def dead_units(y: Tensor) -> Tensor:
    """Of each unit whether it is 0 for every example: channels of images (N, C, …), else the last
    dimension."""
    off = y == 0
    if y.dim() > 3:
        return off.transpose(0, 1).flatten(1).all(1)
    return off.reshape(-1, y.shape[-1]).all(0) if y.dim() > 1 else off


def entropy(weights: Tensor) -> tuple[float, int]:
    """Mean entropy of the rows, each relative to ln(how many tokens it may look at), and how many
    rows may look at more than one."""
    p = weights.detach().double().reshape(-1, weights.shape[-1])
    seen = (p > 0).sum(-1)
    rows = p[seen > 1]
    if not len(rows):
        return 0.0, 0
    bits = torch.special.entr(rows).sum(-1) / seen[seen > 1].double().log()
    return float(bits.mean()), len(rows)


class Examiner:
    """Examines one run."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self.replay = replay
        self.lang = lang
        self.ids = replay.assembly.ids

    def health(self) -> Health:
        """Everything; some seconds at most."""
        clock = Clock(self.replay)
        ops = clock.ops()
        notes = [say("health.alone", self.lang)]
        if clock.unmeasured:
            notes.append(say("health.unmeasured", self.lang, count=clock.unmeasured))
        with one_thread():
            along, units = profile(self.replay), list(self.units())
            parameters = list(self.parameters())
        return Health(
            profile=along,
            units=units,
            ops=ops,
            scopes=scope_costs(self.replay, ops),
            parameters=parameters,
            ms=sum(op.ms or 0.0 for op in ops),
            flops=sum(op.flops or 0 for op in ops),
            notes=notes,
        )

    def units(self) -> Iterator[Units]:
        """Layers of units that can die, saturate or stop choosing."""
        for draft in self.replay.drafts:
            if draft.index not in self.ids or draft.kind != "op" or draft.is_update:
                continue
            name = draft.op.rstrip("_")
            y = self.replay.value((draft.index, 0)) if draft.outputs else None
            if y is None or not y.is_floating_point() or not y.numel():
                continue
            if name in RELUS:
                off = dead_units(y)
                yield self.of(draft, "dead", float(off.double().mean()), off.numel())
            elif name in BOUNDS:
                low, high = BOUNDS[name]
                pressed = (y - low < NEAR) | (high - y < NEAR)
                yield self.of(draft, "saturated", float(pressed.double().mean()), y.numel())
            elif (weights := self.attention(draft, name, y)) is not None:
                share, rows = entropy(weights)
                if rows:
                    yield self.of(draft, "entropy", share, rows)

    def of(self, draft: Draft, kind: Kind, share: float, count: int) -> Units:
        """One layer's share."""
        scope = draft.scope
        path = self.replay.assembly.weaver.nest.scopes[scope].path if scope is not None else ""
        name = f"{path} · {draft.name or draft.op}" if path else draft.name or draft.op
        return Units(
            node=self.ids[draft.index], name=name, kind=kind, share=number(share), count=count
        )  # type: ignore[arg-type]

    def attention(self, draft: Draft, name: str, y: Tensor) -> Tensor | None:
        """The weights of an attention: a softmax over scores (…, tokens, tokens), or what the fused
        op does to an identity matrix of values."""
        if name == "softmax" and y.dim() >= 3 and y.shape[-1] > 1:
            sums = y.detach().sum(-1)
            return y if torch.allclose(sums, torch.ones_like(sums), atol=1e-3) else None
        if name != "scaled_dot_product_attention":
            return None
        operands = [self.replay.value((e.source, e.output)) for e in draft.inputs]
        places = [edge.argument for edge in draft.inputs]
        if len(operands) < 3 or operands[1].shape[-2] > TOKENS:
            return None
        value = next((k for k, a in enumerate(places) if a in (2, "value")), 2)
        size = operands[1].shape[-2]
        one = torch.eye(size, dtype=y.dtype, device=y.device)
        operands[value] = one.expand(*operands[value].shape[:-2], size, size)
        with torch.no_grad():
            out = self.replay.call(draft, operands, None)
        return out if isinstance(out, Tensor) else None

    def parameters(self) -> Iterator[ParameterHealth]:
        """Every parameter, in creation order."""
        steps: dict[Place, Place] = {}
        for draft in self.replay.drafts:
            if draft.is_update:
                for edge in draft.inputs:
                    steps.setdefault((edge.source, edge.output), (draft.index, 0))
        for draft in self.replay.drafts:
            if draft.index in self.ids and self.replay.assembly.kind(draft) == "parameter":
                yield self.parameter(draft, steps.get((draft.index, 0)))

    @cached_property
    def last_version(self) -> dict[int, Place]:
        """id(tensor) → where the program, not the optimizer, wrote it last."""
        return {
            id(output.tensor): (draft.index, position)
            for draft in self.replay.drafts
            if not draft.is_update and draft.index in self.ids
            for position, output in enumerate(draft.outputs)
        }

    def parameter(self, draft: Draft, stepped: Place | None) -> ParameterHealth:
        """One of them."""
        wire = self.replay.assembly.tensor(draft, 0)
        last = self.last_version[id(draft.outputs[0].tensor)]
        if wire.gradient is None and last[0] > draft.index:
            # overwritten in place since: the gradient came to a later version of the same tensor
            wire = self.replay.assembly.tensor(self.replay.drafts[last[0]], last[1])
        w = self.replay.value((draft.index, 0))
        norm = float(w.detach().norm())
        gradient = wire.gradient.norm if wire.gradient else None
        moved = gradient
        if stepped is not None:
            moved = float((self.replay.value(stepped) - w).norm())
        ratio = None
        if isinstance(moved, int | float) and norm > 0:
            ratio = number(moved / norm)
        return ParameterHealth(
            node=self.ids[draft.index],
            name=draft.name or self.ids[draft.index],
            shape=wire.shape,
            norm=number(norm),
            gradient=gradient,
            ratio=ratio,
            is_update=stepped is not None,
            reason=wire.no_gradient,
        )
