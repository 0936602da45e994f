"""One call of torch's backward engine in; what every autograd node received and sent, in order, out."""

from __future__ import annotations

import dataclasses
from types import CodeType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, get_gradient_edge

from app.autograd.recorder import SMALL, rows_of, storage_pointer

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
    order; contributions of big tensors that only one edge brings to a leaf are OMITTED there and
    read from `.grad` afterwards (holding the buffer would force a copy). `leaves` maps id(leaf) to
    (leaf, its `.grad` once everything was added), `before` id(leaf) to its `.grad` before the call
    where it had one."""

    roots: list[Any]
    seeds: list[Kept]
    accumulate: bool
    create_graph: bool
    keeps_graph: bool
    inputs: list[Any]
    place: tuple[CodeType, int] | None
    inferred: bool = False
    sent: list[tuple[Any, list[Kept], list[Kept]]] = dataclasses.field(default_factory=list)
    accumulated: list[Any] = dataclasses.field(default_factory=list)
    leaves: dict[int, tuple[Tensor, Kept]] = dataclasses.field(default_factory=dict)
    before: dict[int, Kept] = dataclasses.field(default_factory=dict)
    #: leaves reached by a backward call made while this one ran, which is not recorded
    inner: dict[int, Tensor] = dataclasses.field(default_factory=dict)
    #: backward calls now running inside this one
    depth: int = 0
    #: where in memory every .grad this call wrote to lies
    pointers: list[int] = dataclasses.field(default_factory=list)
    results: list[Any] = dataclasses.field(default_factory=list)
    #: the seeds themselves, where the ops of the pass are recorded and read them
    started: list[Tensor] = dataclasses.field(default_factory=list)
    failed: bool = False
    is_over: bool = False


class Omitted:
    """Stands for a contribution that is a leaf's whole `.grad`."""


OMITTED = Omitted()


def keep(tensor: Any) -> Kept:
    """A small tensor's elements, a big one's reference, None for None."""
    if tensor is None:
        return None
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()  # a sparse gradient's other elements are zero
    elif tensor._is_zerotensor():
        tensor = tensor.clone()  # zeros without storage: what sgn sends
    if tensor.numel() <= SMALL:
        try:
            content = tensor.tolist() if tensor.numel() else rows_of(tensor)
            return Small(content, tuple(tensor.shape), tensor.dtype, tensor.device)
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


def below(roots: list[Any]) -> Reachable:
    """What a backward call from these roots can reach."""
    return Reachable(
        [root for root in roots if isinstance(root, GradientEdge) or root.requires_grad]
    )


def accumulators(reachable: Reachable) -> list[Tensor]:
    """The leaves among it."""
    return [node.variable for node in reachable.arrivals if is_accumulator(node)]


def look(run: BackwardRun, reachable: Reachable) -> list[Tensor]:
    """Note the .grad every leaf has before the call; returns those that will be overwritten."""
    if not run.accumulate:
        return []
    leaves = accumulators(reachable)
    held = [leaf.grad for leaf in leaves if leaf.grad is not None]
    run.before = {id(leaf): keep(leaf.grad) for leaf in leaves if leaf.grad is not None}
    return held


def watch(run: BackwardRun, reachable: Reachable, pulse: Any = None) -> list[Any]:
    """Hook every node below the roots; returns the handles to remove. `pulse` is called as the
    engine goes."""
    handles: list[Any] = []
    total = len(reachable.arrivals)
    beat = pulse and (lambda: pulse("backward", len(run.sent), total))
    if beat:
        beat()
    for node in reachable.arrivals:
        if is_accumulator(node):
            handles.append(node.register_prehook(_on_accumulate(run, node)))
            if run.accumulate and node.variable._post_accumulate_grad_hooks:
                handles.append(_first(node.variable, _on_accumulated(run)))
        else:
            omitted = _omitted(node, reachable) if run.accumulate else frozenset()
            handles.append(node.register_hook(_on_sent(run, node, omitted, _edited(node), beat)))
    return handles


def _omitted(node: Any, reachable: Reachable) -> frozenset[int]:
    """Positions whose big gradients go to a leaf nobody else sends to and whose .grad is empty, and
    which no hook of the program's changes on the way."""
    return frozenset(
        position
        for position, (target, _) in enumerate(node.next_functions)
        if target is not None
        and reachable.arrivals[target] == 1
        and is_accumulator(target)
        and target.variable.grad is None
        and not target.variable._backward_hooks
        and not target.variable._post_accumulate_grad_hooks
    )


def _on_accumulate(run: BackwardRun, node: Any) -> Any:
    def hook(_: Any) -> None:
        if not run.depth:
            run.accumulated.append(node)
            run.sent.append((node, [], []))

    return hook


def _on_accumulated(run: BackwardRun) -> Any:
    def hook(leaf: Tensor) -> None:
        gradient = None if leaf.grad is None else leaf.grad.detach()
        if gradient is not None and gradient.numel() > SMALL:
            gradient = gradient.clone()  # a hook of the program's is about to see it, and may write
        run.leaves[id(leaf)] = (leaf, keep(gradient))

    return hook


def _first(leaf: Tensor, hook: Any) -> Any:
    """Our hook before those of the program, which may change or take away what was added up."""
    hooks: Any = leaf._post_accumulate_grad_hooks  # type: ignore[attr-defined]
    others = dict(hooks)
    hooks.clear()  # the engine calls them as they were put in, whatever move_to_end says
    handle = leaf.register_post_accumulate_grad_hook(hook)
    hooks.update(others)
    return handle


def _edited(node: Any) -> frozenset[int]:
    """Positions whose gradient may become a leaf's .grad and be written to by a hook of its own."""
    return frozenset(
        position
        for position, (target, _) in enumerate(node.next_functions)
        if target is not None
        and is_accumulator(target)
        and target.variable._post_accumulate_grad_hooks
    )


def _on_sent(
    run: BackwardRun, node: Any, omitted: frozenset[int], edited: frozenset[int], beat: Any
) -> Any:
    sent = run.sent

    def hook(grad_inputs: Any, grad_outputs: Any) -> None:
        if run.depth:
            return
        contributions = [
            OMITTED
            if i in omitted and g is not None and g.numel() > SMALL
            else keep(g.clone() if i in edited and g is not None else g)
            for i, g in enumerate(grad_inputs)
        ]
        sent.append((node, contributions, [keep(g) for g in grad_outputs]))
        if beat and (not len(sent) & 3 or (contributions and type(contributions[0]) is Tensor)):
            beat()

    return hook


def finish(run: BackwardRun) -> None:
    """Note the leaves' .grad after the call, but of those whose own hooks came in between."""
    for leaf in [node.variable for node in run.accumulated] + list(run.inner.values()):
        if id(leaf) not in run.leaves:
            run.leaves[id(leaf)] = (leaf, keep(leaf.grad))
        if leaf.grad is not None and (pointer := storage_pointer(leaf.grad)):
            run.pointers.append(pointer)
    run.is_over = True
