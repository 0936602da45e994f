"""A tensor in; where in memory its elements lie, what they are, and how they were before, out."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import torch
from torch import Tensor

#: numel up to which a tensor is read in full, at once
SMALL = 64


def is_wrapped(tensor: Tensor) -> bool:
    """Whether a tensor stands for others, inside a transform of torch.func."""
    return bool(torch._C._functorch.is_functorch_wrapped_tensor(tensor))


def rows_of(empty: Tensor) -> list[Any]:
    """The nested lists of a tensor without elements, which may have a billion empty rows: then []."""
    rows = 1
    for side in takewhile(bool, empty.shape):
        rows *= side
    return empty.tolist() if rows <= SMALL else []


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
