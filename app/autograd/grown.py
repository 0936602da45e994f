"""A backward pass run with create_graph in; the ops it was made of, as events, out.

With `create_graph=True` the engine's own arithmetic is recorded by autograd: the gradient is a
program of its own, grown out of the first. It happens in C++, where only a dispatch mode sees it
(https://docs.pytorch.org/docs/stable/torch.html#torch.utils._python_dispatch.TorchDispatchMode).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from app.autograd.events import Enter, Exit, Op
from app.autograd.recorder import RESHAPES, SMALL, Recorder, rows_of
from app.errors import LimitError

#: what the engine does that changes no number
SILENT = frozenset(
    "detach alias _local_scalar_dense empty empty_like empty_strided new_empty_strided is_same_size "
    "_to_copy lift_fresh _has_compatible_shallow_copy_type".split()
)
#: where a view's elements lie: its storage, shape and strides
Layout = tuple[int, tuple[int, ...], tuple[int, ...]]


class Grown(TorchDispatchMode):
    """Appends one Op per kernel the engine calls.

    Autograd wraps a view in a tensor object of its own after the kernel has answered: the event is
    given that object once it is seen, as an argument of a later op or as a result."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.place = recorder.place()
        self.known: dict[int, Tensor] = {}
        self.fresh: dict[int, Tensor] = {}
        self.views: dict[Layout, int] = {}
        self.first = len(recorder.events)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name in SILENT or self.place is None:
            out = func(*args, **(kwargs or {}))
            self.fresh |= {id(t): t for t in tree_leaves(out) if isinstance(t, Tensor)}
            return out
        self.meet(tree_leaves((args, kwargs)))
        fills = name == "copy_" and id(args[0]) in self.fresh
        if name[-1] == "_" and not fills:
            if name in RESHAPES:
                self.recorder.keep_layout(args[0])
            self.recorder.keep([args[0]])
        out = func(*args, **(kwargs or {}))
        if fills:  # how the engine clones
            self.note(torch.ops.aten.clone, (args[1],), None, out)
        else:
            self.note(func.overloadpacket, args, kwargs or None, out)
        return out

    def note(self, func: Any, args: tuple[Any, ...], kwargs: Any, out: Any) -> None:
        """Append the call. Raises LimitError beyond the recorder's limit."""
        assert self.place is not None
        events = self.recorder.events
        content = None
        if isinstance(out, Tensor):
            self.views[_layout(out)] = len(events)
        self.known |= {id(t): t for t in tree_leaves(out) if isinstance(t, Tensor)}
        if isinstance(out, Tensor) and out.numel() <= SMALL:
            with torch._C._DisableTorchDispatch():  # type: ignore[no-untyped-call]
                content = out.tolist() if out.numel() else rows_of(out)
        events.append(Op(func, args, kwargs, out, *self.place, 1, content, None))
        if len(events) > self.recorder.limit:
            raise LimitError("too_many_ops", limit=self.recorder.limit)

    def meet(self, tensors: list[Any]) -> None:
        """Give the events of views the tensor objects autograd made of them."""
        for tensor in tensors:
            if isinstance(tensor, Tensor) and id(tensor) not in self.known:
                self.known[id(tensor)] = tensor
                index = self.views.get(_layout(tensor))
                if index is not None:
                    self.recorder.events[index] = self.recorder.events[index]._replace(out=tensor)

    def finish(self, results: Any) -> None:
        """Note the autograd node every output was given, once the engine is done."""
        self.meet(list(results))
        events = self.recorder.events
        for index in range(self.first, len(events)):
            event = events[index]
            if isinstance(event, Op):
                nodes = event.out.grad_fn if isinstance(event.out, Tensor) else _nodes(event.out)
                events[index] = event._replace(grad_fn=nodes)


def _layout(tensor: Tensor) -> Layout:
    return (tensor.data_ptr(), tuple(tensor.shape), tensor.stride())


def _nodes(out: Any) -> list[Any]:
    items = out if isinstance(out, (tuple, list)) else ()
    return [item.grad_fn if isinstance(item, Tensor) else None for item in items]


@contextmanager
def growing(recorder: Recorder) -> Iterator[Grown]:
    """Record what the engine computes as a scope of its own, until the block ends."""
    key = object()
    recorder.events.append(Enter("function", key, "backward", "backward"))
    recorder.paused += 1
    grown = Grown(recorder)
    try:
        with grown:
            yield grown
    finally:
        recorder.paused -= 1
        recorder.events.append(Exit(key))
