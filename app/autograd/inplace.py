"""torch's complaint about an overwritten tensor and the events in; the op that overwrote it out."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor

from app.autograd.events import Op, span_at
from app.autograd.recorder import is_in_place
from app.ops.symbols import public_name

MODIFIED = re.compile(r"modified by an inplace operation: \[[\w.]+ \[([\d, ]*)\]\]")


def culprit_of(error: BaseException, events: list[Any]) -> tuple[str, int] | None:
    """(op, line) of the last in-place op on a tensor of the shape torch complains about."""
    match = MODIFIED.search(str(error)) if isinstance(error, RuntimeError) else None
    if not match:
        return None
    shape = [int(n) for n in match[1].split(",") if n.strip()]
    for event in reversed(events):
        if isinstance(event, Op) and is_in_place(event.func.__name__, event.kwargs):
            target = event.args[0] if event.args else None
            if isinstance(target, Tensor) and list(_base(target).shape) == shape:
                span = span_at(event.code, event.lasti)
                return public_name(event.func.__name__), span.line if span else 0
    return None


def _base(tensor: Tensor) -> Tensor:
    base = tensor._base  # torch complains about the whole of what a view was written through
    return tensor if base is None else base
