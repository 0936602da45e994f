"""Torch calls made by the user's program in; a list of events that keeps references, out."""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from app.errors import LimitError
from app.graph import Span

#: numel up to which a tensor is read in full, at once
SMALL = 64
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
#: ops that also write to arguments other than their first: positions
WRITES = {"batch_norm": (1, 2), "instance_norm": (1, 2)}


class Op(NamedTuple):
    """One call. `code` and `lasti` are where in the user's program; `depth` counts library frames
    between; `content` holds the elements of a small output, `grad_fn` the output's autograd node."""

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any] | None
    out: Any
    code: CodeType
    lasti: int
    depth: int
    content: Any
    grad_fn: Any
    failed: bool = False


class Enter(NamedTuple):
    """A scope begins: a module call, a function call, a loop (key: its place in the source)."""

    kind: str
    key: object
    name: str
    type: str


class Iteration(NamedTuple):
    """A loop's body begins again, for the `number`-th time."""

    key: object
    number: int


class Exit(NamedTuple):
    """The innermost scope of this key ends."""

    key: object


class Hooked(NamedTuple):
    """The user registered a gradient hook on a tensor, at this place."""

    tensor: Tensor
    code: CodeType
    lasti: int


def span_at(code: CodeType, lasti: int) -> Span | None:
    """The exact source range of one bytecode instruction (PEP 657), or None."""
    for index, (line, end_line, column, end_column) in enumerate(code.co_positions()):
        if index == lasti // 2:
            if line is None or end_line is None or column is None or end_column is None:
                return None
            return Span(line=line, column=column, end_line=end_line, end_column=end_column)
    return None


def is_in_place(name: str, kwargs: dict[str, Any] | None) -> bool:
    """Whether a call of this name overwrites its first argument."""
    if name[-1] == "_":
        return name[-2:] != "__" or name == "__setitem__" or name[:3] == "__i"
    return bool(kwargs and kwargs.get("inplace"))


class Recorder(TorchFunctionMode):
    """Appends one event per call made on behalf of the user's file.

    `before[i]` holds copies of the storages event i is about to overwrite, by data pointer.
    Raises LimitError beyond `limit` events."""

    def __init__(self, filename: str, limit: int = 200_000) -> None:
        super().__init__()
        self.filename = filename
        self.limit = limit
        self.events: list[Any] = []
        self.before: dict[int, dict[int, Tensor]] = {}
        self.paused = 0

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
        writes = is_in_place(name, kwargs) or (kwargs is not None and "out" in kwargs)
        if writes or name in WRITES:
            self.keep_before(name, args, kwargs)
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
            if frame.f_code.co_name == "__init__":
                return  # a library module filling its own parameters
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
                    content = out.tolist()
                except (RuntimeError, NotImplementedError):
                    return  # inside torch.func the tensor has no elements of its own
            elif torch._C._functorch.is_functorch_wrapped_tensor(out):
                return
        elif isinstance(out, (tuple, list)):
            grad_fn = [t.grad_fn if isinstance(t, Tensor) else None for t in out]
        self.events.append(
            Op(func, args, kwargs, out, frame.f_code, frame.f_lasti, depth, content, grad_fn)
        )
        if len(self.events) > self.limit:
            self.paused += 1
            raise LimitError("too_many_ops", limit=self.limit)

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
        self.keep(t for t in written if isinstance(t, Tensor))

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


def has_tensor(items: Any) -> bool:
    """Whether a tuple or list holds a tensor."""
    return any(isinstance(item, Tensor) for item in items)


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


def storage_pointer(tensor: Tensor) -> int | None:
    """The address of a tensor's storage, or None where it has none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return None


def as_of(tensor: Tensor, kept: Tensor) -> Tensor:
    """`tensor` as it was when its storage was copied to `kept`."""
    old = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
    with torch.no_grad():
        old.set_(kept, tensor.storage_offset(), tensor.shape, tensor.stride())  # type: ignore[call-overload]
    return old
