"""Roots of a backward pass nobody asked for in; a stretch of code that leaves every .grad as it was, out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from app.autograd.engine import Reachable, is_accumulator


@contextmanager
def untouched(roots: list[Tensor]) -> Iterator[None]:
    """Sets aside the .grad of every leaf below `roots` and of every living tensor that retains its
    own, and puts back the very same objects."""
    nodes = Reachable([root for root in roots if root.requires_grad]).arrivals
    held = [(tensor, tensor.grad) for tensor in keeping(nodes)]
    for tensor, _ in held:
        tensor.grad = None
    try:
        yield
    finally:
        for tensor, gradient in held:
            tensor.grad = gradient


def keeping(nodes: Any) -> list[Tensor]:
    """The tensors a backward pass through these autograd nodes writes a .grad to."""
    found = [node.variable for node in nodes if is_accumulator(node)]
    for thing in gc.get_objects():
        if not issubclass(type(thing), Tensor):
            continue
        try:
            if thing.retains_grad and thing.grad_fn in nodes:
                found.append(thing)
        except (RuntimeError, NotImplementedError, TypeError):
            continue  # not a tensor of the ordinary kind
    return found


def leaves_below(roots: list[Tensor]) -> list[Tensor]:
    """The leaves a backward pass from `roots` would reach."""
    nodes = Reachable([root for root in roots if root.requires_grad]).arrivals
    return [node.variable for node in nodes if is_accumulator(node)]
