"""One call of torch's backward engine in; what every autograd node received and sent, in order, out."""

from __future__ import annotations

import dataclasses
from types import CodeType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, get_gradient_edge

from app.autograd.recorder import SMALL

#: a small tensor as its elements with shape and dtype, a big one by reference
Kept = Any


@dataclasses.dataclass(slots=True)
class Small:
    """Elements of a small gradient, read at once so that nothing holds the buffer."""

    content: Any
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device


@dataclasses.dataclass(slots=True)
class BackwardRun:
    """One backward call.

    `sent` holds (autograd node, contributions per next function, upstream gradients) in engine
    order; contributions of big tensors that only one edge brings to a leaf are None there and read
    from `.grad` afterwards (holding the buffer would force a copy). `leaves` maps id(leaf) to
    (leaf, its `.grad` after the call)."""

    roots: list[Any]
    seeds: list[Kept]
    accumulate: bool
    create_graph: bool
    inputs: list[Any]
    place: tuple[CodeType, int] | None
    inferred: bool = False
    sent: list[tuple[Any, list[Kept], list[Kept]]] = dataclasses.field(default_factory=list)
    accumulated: list[Any] = dataclasses.field(default_factory=list)
    leaves: dict[int, tuple[Tensor, Kept]] = dataclasses.field(default_factory=dict)
    results: list[Any] = dataclasses.field(default_factory=list)
    failed: bool = False


def keep(tensor: Any) -> Kept:
    """A small tensor's elements, a big one's reference, None for None."""
    if tensor is None:
        return None
    if tensor.numel() <= SMALL:
        try:
            return Small(tensor.tolist(), tuple(tensor.shape), tensor.dtype, tensor.device)
        except (RuntimeError, NotImplementedError):
            return None
    return tensor.detach()


class Reachable:
    """The autograd nodes below some roots: node → number of edges that arrive at it."""

    def __init__(self, roots: list[Any]) -> None:
        self.arrivals: dict[Any, int] = {}
        queue: list[Any] = []
        for root in roots:
            node = root.node if isinstance(root, GradientEdge) else get_gradient_edge(root).node
            if node not in self.arrivals:
                self.arrivals[node] = 1
                queue.append(node)
        for node in queue:  # grows while it is walked
            for target, _ in node.next_functions:
                if target is None:
                    continue
                if target in self.arrivals:
                    self.arrivals[target] += 1
                else:
                    self.arrivals[target] = 1
                    queue.append(target)


def is_accumulator(node: Any) -> bool:
    """Whether an autograd node adds to a leaf's .grad."""
    return hasattr(node, "variable")


def watch(run: BackwardRun) -> list[Any]:
    """Hook every node below the roots; returns the handles to remove."""
    reachable = Reachable([root for root in run.roots if _is_tracked(root)])
    handles = []
    for node in reachable.arrivals:
        if is_accumulator(node):
            handles.append(node.register_prehook(_on_accumulate(run, node)))
        else:
            handles.append(node.register_hook(_on_sent(run, node, _omitted(node, reachable))))
    return handles


def _is_tracked(root: Any) -> bool:
    return isinstance(root, GradientEdge) or root.requires_grad


def _omitted(node: Any, reachable: Reachable) -> frozenset[int]:
    """Positions whose big gradients go to a leaf nobody else sends to and whose .grad is empty."""
    return frozenset(
        position
        for position, (target, _) in enumerate(node.next_functions)
        if target is not None
        and reachable.arrivals[target] == 1
        and is_accumulator(target)
        and target.variable.grad is None
    )


def _on_accumulate(run: BackwardRun, node: Any) -> Any:
    def hook(_: Any) -> None:
        run.accumulated.append(node)
        run.sent.append((node, [], []))

    return hook


def _on_sent(run: BackwardRun, node: Any, omitted: frozenset[int]) -> Any:
    sent = run.sent

    def hook(grad_inputs: Any, grad_outputs: Any) -> None:
        contributions = [
            None if i in omitted and g is not None and g.numel() > SMALL else keep(g)
            for i, g in enumerate(grad_inputs)
        ]
        sent.append((node, contributions, [keep(g) for g in grad_outputs]))

    return hook


def finish(run: BackwardRun) -> None:
    """Note the leaves' .grad after the call."""
    for node in run.accumulated:
        leaf = node.variable
        run.leaves[id(leaf)] = (leaf, keep(leaf.grad))
