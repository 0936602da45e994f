"""Storages copied before they were overwritten, in; a tensor as some event left it, out."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from app.autograd.recorder import as_of, storage_pointer


class Past:
    """`before[i]` are the recorder's copies of the storages event i was about to overwrite."""

    def __init__(self, before: dict[int, dict[int, Tensor]]) -> None:
        self.copies: dict[int, list[tuple[int, Any]]] = {}
        for event in sorted(before):
            for pointer, kept in before[event].items():
                self.copies.setdefault(pointer, []).append((event, kept))

    def of(self, tensor: Tensor, event: int) -> Tensor:
        """The tensor as event number `event` left it, even if it was overwritten later."""
        pointer = storage_pointer(tensor) if self.copies else None
        for later, kept in self.copies.get(pointer, ()) if pointer else ():
            if later > event:
                return as_of(tensor, kept)
        return tensor

    def kept(self, kept: Any, event: int) -> Any:
        """The same of a kept gradient: small ones were read at once."""
        return self.of(kept, event) if isinstance(kept, Tensor) else kept
