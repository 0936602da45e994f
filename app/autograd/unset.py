"""Writes in, in order; which tensors have elements that nobody has written yet (torch.empty), out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.events import Op
from app.autograd.storage import storage_pointer

#: what gives memory and leaves in it what was there
UNSET = frozenset({"empty", "empty_like", "new_empty", "empty_strided", "empty_permuted"})
#: in-place ops that do not read what they overwrite
FILLING = frozenset(
    "setitem copy_ fill_ zero_ normal_ uniform_ random_ bernoulli_ exponential_ trunc_normal_".split()
)
#: elements of a storage up to which it is followed
FOLLOWED = 1 << 20


class Unset:
    """One mask per storage of torch.empty: what in it has no meaning yet."""

    def __init__(self) -> None:
        self.masks: dict[int, Tensor] = {}

    def begin(self, tensor: Tensor) -> None:
        """Fresh memory."""
        pointer = storage_pointer(tensor)
        size = tensor.untyped_storage().nbytes() // tensor.element_size() if pointer else 0
        if pointer and size <= FOLLOWED:
            self.masks[pointer] = torch.ones(size, dtype=torch.bool, device="cpu")

    def wrote(self, tensor: Tensor, index: Any = ...) -> None:
        """These elements have a value now; where nobody can tell which, all have."""
        pointer = storage_pointer(tensor) if self.masks else None
        mask = self._of(tensor)
        if pointer is None or mask is None:
            return
        try:
            mask[index] = False
        except (RuntimeError, IndexError, TypeError, ValueError):
            del self.masks[pointer]

    def holds(self, tensor: Tensor) -> bool:
        """Whether any element of this tensor has no meaning yet."""
        mask = self._of(tensor)
        return mask is not None and bool(mask.any())

    def follow(self, draft: Draft, event: Op, operands: list[Tensor], written: list[Any]) -> None:
        """Mark the outputs of a new draft; note whether it read what was never written."""
        outputs = [output.tensor for output in draft.outputs]
        if draft.op in UNSET:
            for tensor in outputs:
                self.begin(tensor)
        if not self.masks:
            return
        read = operands[draft.op in FILLING :]
        draft.reads_unset = not self._are_views(outputs, read) and any(map(self.holds, read))
        given = (event.kwargs or {}).get("out")
        written = written + list(given if isinstance(given, (tuple, list)) else [given])
        for tensor in written:
            if isinstance(tensor, Tensor):
                self.wrote(tensor, event.args[1] if draft.op == "setitem" else ...)
        for output in draft.outputs:
            output.is_unset = self.holds(output.tensor)

    def _are_views(self, outputs: list[Tensor], read: list[Tensor]) -> bool:
        """Whether an op only looks at the same memory: what is written through it may come."""
        pointers = {storage_pointer(t) for t in read}
        same = [t for t in outputs if storage_pointer(t) in pointers]
        return (
            bool(outputs)
            and len(same) == len(outputs)
            and all(t is not s for t in outputs for s in read)
        )

    def _of(self, tensor: Tensor) -> Tensor | None:
        """The part of a mask a tensor looks at."""
        mask = self.masks.get(storage_pointer(tensor) or 0) if self.masks else None
        if mask is None:
            return None
        try:
            return mask.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        except RuntimeError:
            return None  # another element size
