"""A finished run in; what each op and each scope costs: time, floating point operations, bytes, out.

Every op is computed again alone, first under torch's FLOP counter (torch.utils.flop_counter), which
also warms it, then against the clock."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from app.autograd.device import settle
from app.autograd.drafts import Draft
from app.explain.replay import Replay, Unreplayable
from app.health import OpCost, ScopeCost

#: seconds all ops together may take
SECONDS = 3.0


class Clock:
    """Computes ops again, one by one, within the time there is."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.deadline = time.monotonic() + SECONDS
        self.unmeasured = 0

    def ops(self) -> list[OpCost]:
        """Every op of the forward pass, in order."""
        scopes = self.replay.assembly.weaver.nest.scopes
        found = []
        with torch.no_grad():
            for draft in self.replay.drafts:
                node = self.replay.assembly.ids.get(draft.index)
                if node is None or draft.kind != "op" or draft.is_update:
                    continue
                ms, flops = self.cost(draft)
                path = scopes[draft.scope].path if draft.scope is not None else ""
                made = sum(
                    _bytes(output.tensor) for output in draft.outputs if not output.is_inside
                )
                found.append(
                    OpCost(
                        node=node,
                        name=draft.name or draft.op,
                        path=path,
                        ms=ms,
                        flops=flops,
                        bytes=made,
                    )
                )
        return found

    def cost(self, draft: Draft) -> tuple[float | None, int | None]:
        """(milliseconds, operations), None where it cannot be computed again or time is up."""
        if time.monotonic() > self.deadline:
            self.unmeasured += 1
            return None, None
        try:
            operands = [self.replay.value((e.source, e.output)) for e in draft.inputs]
            counter = FlopCounterMode(display=False)
            with counter:
                self.replay.call(draft, operands, None)
            flops = int(counter.get_total_flops())
            known = bool(counter.get_flop_counts().get("Global"))
            device = operands[0].device if operands else torch.get_default_device()
            settle(device)
            start = time.perf_counter()
            self.replay.call(draft, operands, None)
            settle(device)
            return (time.perf_counter() - start) * 1e3, flops if known else None
        except (Unreplayable, RuntimeError, TypeError, ValueError, IndexError, AttributeError):
            self.unmeasured += 1
            return None, None


def _bytes(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())


def scope_costs(replay: Replay, ops: list[OpCost]) -> list[ScopeCost]:
    """Sums over scopes, outermost first; a view's bytes are counted as those it shows."""
    assembly = replay.assembly
    wire = assembly.scopes()
    parents = {scope.id: scope.parent for scope in wire}
    scope_of = {node.id: node.scope for node in assembly.nodes()}
    sums: dict[str, list[float]] = {scope.id: [0, 0.0, 0, 0, 0] for scope in wire}

    def add(node: str, parts: tuple[float, float, int, int, int]) -> None:
        scope = scope_of.get(node)
        while scope is not None:
            for place, part in enumerate(parts):
                sums[scope][place] += part
            scope = parents[scope]

    for op in ops:
        add(op.node, (1, op.ms or 0.0, op.flops or 0, op.bytes, 0))
    for draft in assembly.weaver.nest.scopes:
        key = f"s{draft.index + 1}"
        if key in sums and isinstance(draft.key, nn.Module):
            sums[key][4] = sum(p.numel() for p in draft.key.parameters())
    return [
        ScopeCost(
            scope=scope.id, parent=scope.parent, path=scope.path, type=scope.type,
            ops=int(sums[scope.id][0]), ms=sums[scope.id][1], flops=int(sums[scope.id][2]),
            bytes=int(sums[scope.id][3]), parameters=int(sums[scope.id][4]),
        )
        for scope in wire
    ]  # fmt: skip
