"""What of torch has no place in a confined process, in; what stands there while a program runs, out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

#: what a DataLoader is told of the processes that load for it
ELSEWHERE = frozenset(
    ["num_workers", "prefetch_factor", "persistent_workers", "timeout", "multiprocessing_context"]
)
_SCRIPT = torch.jit.script
_BEGIN = DataLoader.__dict__["__init__"]
_SIGNATURE = inspect.signature(_BEGIN)


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """`owner.name` is `value` until the block ends."""
    original = owner.__dict__[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


def uncompiled(model: Any = None, *_: Any, **__: Any) -> Any:
    """torch.compile changes how a program runs, not what it computes: leave it as written."""
    return model if model is not None else lambda function: function


def unscripted(thing: Any, *args: Any, **kwargs: Any) -> Any:
    """torch.jit.script likewise, which would read the program's file; torch's own functions (forward
    mode scripts some when it is first used) are scripted as ever."""
    own = isinstance(thing, nn.Module) or getattr(thing, "__module__", "") == "__main__"
    return thing if own else _SCRIPT(thing, *args, **kwargs)


def loader_of_one_process(*args: Any, **kwargs: Any) -> None:
    """Stands for DataLoader.__init__: there are no processes to load elsewhere."""
    given = _SIGNATURE.bind(*args, **kwargs).arguments
    loader = given.pop("self")
    _BEGIN(loader, **{name: value for name, value in given.items() if name not in ELSEWHERE})
