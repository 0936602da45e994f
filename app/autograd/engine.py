"""One call of torch's backward engine in; what every autograd node received and sent, in order, out."""

from __future__ import annotations

import dataclasses
from types import CodeType
from typing import Any

import msgspec
import torch
from torch import Tensor
from torch._C import _current_autograd_node
from torch.autograd.graph import GradientEdge, get_gradient_edge

from app.autograd.hooks import hook_all
from app.autograd.recorder import SMALL, rows_of, storage_pointer

#: a small tensor as its elements with shape and dtype, a big one by reference
Kept = Any
#: read very often: looked up once
STRIDED, CPU = torch.strided, torch.device("cpu")
#: positions of a node's gradients that are omitted, and that are copied
Positions = tuple[list[int], list[int]]


class Small(msgspec.Struct, gc=False):
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
    if tensor.layout is not STRIDED:
        tensor = tensor.to_dense()  # a sparse gradient's other elements are zero
    elif tensor._is_zerotensor():
        tensor = tensor.clone()  # zeros without storage: what sgn sends
    if tensor.numel() <= SMALL:
        try:
            content = tensor.tolist() if tensor.numel() else rows_of(tensor)
            device = CPU if tensor.is_cpu else tensor.device
            return Small(content, tuple(tensor.shape), tensor.dtype, device)
        except (RuntimeError, NotImplementedError):
            return None
    return tensor.detach()


class Reachable:
    """The autograd nodes below some roots: node → number of edges that arrive at it."""

    def __init__(self, roots: list[Any]) -> None:
        self.arrivals: dict[Any, int] = {}
        #: those that add to a leaf's .grad
        self.leaves: set[Any] = set()
        queue: list[Any] = []
        for root in roots:
            node = root.node if isinstance(root, GradientEdge) else get_gradient_edge(root).node
            if node not in self.arrivals:
                self.arrivals[node] = 1
                queue.append(node)
        for node in queue:  # grows while it is walked
            if is_accumulator(node):
                self.leaves.add(node)
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
    return [node.variable for node in reachable.arrivals if node in reachable.leaves]


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
    others = []
    for node in reachable.arrivals:
        if node not in reachable.leaves:
            others.append(node)
            continue
        handles.append(node.register_prehook(_on_accumulate(run, node)))
        if run.accumulate and node.variable._post_accumulate_grad_hooks:
            handles.append(_first(node.variable, _on_accumulated(run)))
    return handles + hook_all(others, _on_sent(run, _special(run, reachable, others), beat))


def _special(run: BackwardRun, reachable: Reachable, nodes: list[Any]) -> dict[Any, Positions]:
    """The nodes some of whose gradients are not simply kept: positions omitted, positions edited."""
    leaves = reachable.leaves
    omitted = {leaf for leaf in leaves if run.accumulate and _is_omitted(leaf, reachable)}
    edited = {leaf for leaf in leaves if leaf.variable._post_accumulate_grad_hooks}
    found: dict[Any, Positions] = {}
    for node in nodes if omitted or edited else ():
        for position, (leaf, _) in enumerate(node.next_functions):
            if leaf in omitted:
                found.setdefault(node, ([], []))[0].append(position)
            elif leaf in edited:
                found.setdefault(node, ([], []))[1].append(position)
    return found


def _is_omitted(leaf: Any, reachable: Reachable) -> bool:
    """Whether a gradient that goes to this accumulator is big and all of its leaf's .grad: nobody
    else sends to it, it is empty, and no hook of the program's changes it on the way."""
    return bool(
        leaf.variable.numel() > SMALL
        and reachable.arrivals[leaf] == 1
        and leaf.variable.grad is None
        and not leaf.variable._backward_hooks
        and not leaf.variable._post_accumulate_grad_hooks
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


def _on_sent(run: BackwardRun, special: dict[Any, Positions], beat: Any) -> Any:
    """One function for all nodes: the engine knows which of them it is at."""
    sent = run.sent

    def hook(grad_inputs: Any, grad_outputs: Any) -> None:
        if run.depth:
            return
        node = _current_autograd_node()
        if node in special:
            omitted, edited = special[node]
            contributions = [
                OMITTED
                if i in omitted and g is not None and g.numel() > SMALL
                else keep(g.clone() if i in edited and g is not None else g)
                for i, g in enumerate(grad_inputs)
            ]
        else:
            contributions = [keep(g) for g in grad_inputs]
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
