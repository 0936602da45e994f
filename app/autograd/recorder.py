"""Torch calls made by the user's program in; a list of events that keeps references, out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from app.autograd.events import Assigned, Enter, Exit, Hooked, Op, Relaid, Replaced
from app.autograd.operands import has_tensor, node_of, nodes_read
from app.autograd.operands import is_in_place as is_in_place
from app.autograd.storage import SMALL as SMALL
from app.autograd.storage import as_of as as_of
from app.autograd.storage import is_wrapped
from app.autograd.storage import rows_of as rows_of
from app.autograd.storage import storage_pointer as storage_pointer
from app.errors import LimitError

#: attributes of a tensor that make another tensor
VIEWS = frozenset({"T", "mT", "H", "mH", "real", "imag", "data"})
#: calls that answer a tensor but apply no op
NOT_OPS = frozenset(
    {
        "requires_grad_",
        "retain_grad",
        "register_hook",
        "register_post_accumulate_grad_hook",
        "backward",
        "grad",
        "share_memory_",
        "__deepcopy__",
        "__reduce_ex__",
        "as_subclass",
        "__set__",
        "detach_copy",
    }
)
#: composite Python functions worth opening: their inner ops are recorded as a scope of their own
OPENED = frozenset({"multi_head_attention_forward"})
#: ops that draw random numbers on the way: the generator's state before them is kept, so that
#: the same numbers can be drawn again
RANDOM = frozenset(
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout rrelu gumbel_softmax "
    "scaled_dot_product_attention fractional_max_pool2d".split()
)
#: in-place ops that change a tensor's shape or strides
RESHAPES = frozenset(
    "squeeze_ unsqueeze_ t_ transpose_ swapaxes_ swapdims_ as_strided_ resize_ resize_as_ set_".split()
)
#: ops that also write to arguments other than their first: positions
WRITES = {"batch_norm": (1, 2), "instance_norm": (1, 2)}


class Recorder(TorchFunctionMode):
    """Appends one event per call made on behalf of the user's file.

    `before[i]` holds copies of the storages event i is about to overwrite, by data pointer;
    `random[i]` the generator's state before event i drew numbers.
    Beyond `limit` events it raises LimitError where it `raises`, else records no more."""

    def __init__(self, filename: str, limit: int = 200_000, raises: bool = True) -> None:
        super().__init__()
        self.raises = raises
        self.is_full = False
        #: whether something ran inside torch.func, where tensors have no elements of their own
        self.is_transformed = False
        self.filename = filename
        self.limit = limit
        self.events: list[Any] = []
        self.before: dict[int, dict[int, Tensor]] = {}
        self.random: dict[int, Tensor] = {}
        self.paused = 0
        #: whether an in-place op gave a tensor another autograd node: views and bases follow
        self.is_rebased = False
        #: the autograd node of what an in-place op is overwriting
        self.overwritten: Any = None
        #: tensors whose memory NumPy was given, with what it held and before which event
        self.shared: list[tuple[Tensor, Tensor, int]] = []
        #: told of the leaves a call is about to overwrite
        self.on_overwrite: Callable[[list[Tensor]], None] | None = None
        #: told how many events there are, now and then
        self.pulse: Callable[[str, int], None] | None = None

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if self.paused:
            return func(*args, **kwargs) if kwargs else func(*args)
        name: str = func.__name__
        if name == "__get__":
            out = func(*args)
            if func.__self__.__name__ in VIEWS:
                self.note(func, args, None, out)
            return out
        if name in OPENED:
            return self.open(name, func, args, kwargs)
        if name == "__set__":
            return self.replace(func, args)
        writes = is_in_place(name, kwargs) or (kwargs is not None and "out" in kwargs)
        if writes or name in WRITES:
            if name in RESHAPES and args and isinstance(args[0], Tensor):
                self.keep_layout(args[0])
            self.keep_before(name, args, kwargs)
            self.overwritten = node_of(args)
        if name in RANDOM:
            self.random[len(self.events)] = torch.get_rng_state()
        try:
            out = func(*args, **kwargs) if kwargs else func(*args)
        except Exception:
            self.fail(func, name, args, kwargs)
            raise
        if isinstance(out, Tensor):
            if (args and out is args[0] and not writes) or name in NOT_OPS:
                return out
            self.note(func, args, kwargs, out)
        elif writes or ((type(out) is tuple or isinstance(out, (tuple, list))) and has_tensor(out)):
            if name not in NOT_OPS:
                self.note(func, args, kwargs, out)
        elif name in ("numpy", "__array__"):
            self.shared.append((args[0], args[0].detach().clone(), len(self.events)))
        elif name == "register_hook":
            self.note_hook(args[0])
        return out

    def note(
        self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None, out: Any
    ) -> None:
        """Append the call if it was made for the user's file."""
        frame = sys._getframe(2)
        depth = 0
        filename = self.filename
        while frame.f_code.co_filename != filename:
            if frame.f_code.co_name == "__init__" and _fills_itself(frame):
                return
            if frame.f_back is None:
                return
            frame = frame.f_back
            depth += 1
        content: Any = None
        grad_fn: Any = None
        if isinstance(out, Tensor):
            grad_fn = out.grad_fn
            if out.numel() <= SMALL:
                try:
                    content = out.tolist() if out.numel() else rows_of(out)
                except (RuntimeError, NotImplementedError):
                    self.is_transformed |= is_wrapped(out)
                    return  # inside torch.func the tensor has no elements of its own
            elif is_wrapped(out):
                self.is_transformed = True
                return
        elif isinstance(out, (tuple, list)):
            grad_fn = [t.grad_fn if isinstance(t, Tensor) else None for t in out]
        elif isinstance(args[0], Tensor) and not args[0]._is_view():  # z[0] = …
            grad_fn = args[0].grad_fn  # that of a view is made when it is next read, not before
        place, read = (frame.f_code, frame.f_lasti, depth), None
        if out is None or (args and out is args[0]):
            self.is_rebased |= isinstance(args[0], Tensor) and args[0].requires_grad
        if self.is_rebased and torch.is_grad_enabled():
            read = nodes_read(args, kwargs, out, self.overwritten)
        self.events.append(Op(func, args, kwargs, out, *place, content, grad_fn, False, read))
        count = len(self.events)
        if count > self.limit:
            self.paused += 1
            self.is_full = True
            if self.raises:
                raise LimitError("too_many_ops", limit=self.limit)
        if self.pulse and (content is None or not count & 15):
            self.pulse("forward", count)

    def replace(self, func: Any, args: tuple[Any, ...]) -> Any:
        """An attribute is assigned: `.grad` is another tensor from now on, `.data` another memory."""
        place = self.place()
        name = func.__self__.__name__
        if name == "grad" and place and args[1] is not args[0].grad:  # as after w.grad *= 2
            func(*args)
            return self.events.append(Assigned(args[0], *place))
        if name == "data" and place:
            self.overwrite([args[0]])
            self.events.append(Replaced(args[0], args[0].detach()))
            func(*args)
            return self.note(torch.Tensor.set_, args, None, args[0])
        return func(*args)

    def open(
        self, name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None
    ) -> Any:
        """Call a composite function with recording on inside it, as a scope."""
        key = object()
        self.events.append(Enter("function", key, name, name))
        with self:
            # disable the check that would dispatch this very call to the mode again
            out = _without_dispatch(func, args, kwargs)
        self.events.append(Exit(key))
        return out

    def keep_before(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> None:
        """Copy the storages a call is about to overwrite."""
        written = [args[0]] if args and not (kwargs and "out" in kwargs) else []
        if name in WRITES:
            written = [args[i] for i in WRITES[name] if i < len(args)]
        if kwargs and "out" in kwargs:
            out = kwargs["out"]
            written = list(out) if isinstance(out, (tuple, list)) else [out]
        if written and isinstance(written[0], (tuple, list)):  # torch._foreach_mul_(tensors, …)
            written = list(written[0])
        tensors = [t for t in written if isinstance(t, Tensor)]
        self.overwrite(tensors)
        self.keep(tensors)

    def overwrite(self, tensors: list[Tensor]) -> None:
        """Say which leaves a call is about to overwrite."""
        if self.on_overwrite:
            # to ask a view whether it is a leaf may give it a new autograd node
            leaves = [t for t in tensors if t.requires_grad and not t._is_view() and t.is_leaf]
            if leaves:
                self.on_overwrite(leaves)

    def keep_layout(self, tensor: Tensor) -> None:
        """Note the shape a call is about to change."""
        layout = (tuple(tensor.shape), tensor.stride(), int(tensor.storage_offset()))
        self.events.append(Relaid(tensor, *layout))

    def keep(self, tensors: Any) -> None:
        """Copy the storages of `tensors` as they are before the next event."""
        kept = self.before.setdefault(len(self.events), {})
        for tensor in tensors:
            try:
                storage = tensor.untyped_storage()
                if storage.data_ptr() not in kept:
                    kept[storage.data_ptr()] = storage.clone()
            except (RuntimeError, NotImplementedError):
                continue  # sparse and functorch tensors have no storage

    def fail(
        self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None
    ) -> None:
        """Append a call that raised, so that the picture can mark it."""
        if name in NOT_OPS:
            return
        frame = sys._getframe(2)
        depth = 0
        while frame.f_code.co_filename != self.filename:
            if frame.f_back is None:
                return
            frame = frame.f_back
            depth += 1
        self.events.append(
            Op(func, args, kwargs, None, frame.f_code, frame.f_lasti, depth, None, None, True)
        )

    def note_hook(self, tensor: Tensor) -> None:
        """Remember that the user hooked this tensor's gradient."""
        place = self.place()
        if place:
            self.events.append(Hooked(tensor, *place))

    def place(self) -> tuple[CodeType, int] | None:
        """The innermost user frame now running: its code and instruction."""
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                return frame.f_code, frame.f_lasti
            frame = frame.f_back  # type: ignore[assignment]
        return None


def _fills_itself(frame: FrameType) -> bool:
    """Whether a library's constructor makes a module's own parameters or an optimizer's state;
    others, of distributions, compute like any function."""
    return isinstance(frame.f_locals.get("self"), (nn.Module, torch.optim.Optimizer))


def _without_dispatch(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
    """Call a function of torch.nn.functional so that it runs its own body, its inner calls still
    reaching the mode: `has_torch_function` is answered no for the outermost check only."""
    scope = func.__globals__
    original = scope["has_torch_function"]

    def once(_: Any) -> bool:
        scope["has_torch_function"] = original
        return False

    scope["has_torch_function"] = once
    try:
        return func(*args, **(kwargs or {}))
    finally:
        scope["has_torch_function"] = original
