"""torch's functions that clip gradients in; the same ones, each call one event, out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grad

from app.autograd.events import Clipped
from app.autograd.replaced import replaced
from app.graph import CLIPPINGS

if TYPE_CHECKING:
    from app.autograd.capture import Capture

#: what torch adds to the norm before it divides
TINY = 1e-6


@contextmanager
def clipping(state: Capture) -> Iterator[None]:
    """While it lasts, a clipping is one event instead of the arithmetic it is made of."""
    with ExitStack() as stack:
        for name in sorted(CLIPPINGS):
            told = _told(state, name, vars(clip_grad)[name])
            for module in (clip_grad, torch.nn.utils):
                stack.enter_context(replaced(module, name, told))
        yield


def _told(state: Capture, name: str, original: Any) -> Any:
    def clip(parameters: Any, limit: float, *args: Any, **kwargs: Any) -> Any:
        recorder = state.recorder
        if state.is_off or (place := recorder.place()) is None:
            return original(parameters, limit, *args, **kwargs)
        leaves = [parameters] if isinstance(parameters, Tensor) else list(parameters)
        looks = state.looks([leaf for leaf in leaves if leaf.grad is not None])
        state.hold([look.leaf.grad for look in looks])
        recorder.paused += 1
        try:
            total = original(leaves, limit, *args, **kwargs)
        finally:
            recorder.paused -= 1
        factor = None if total is None else factor_of(float(limit), total)
        recorder.events.append(Clipped(name, looks, total, float(limit), factor, place))
        return total

    def by_norm(parameters: Any, max_norm: float, *args: Any, **kwargs: Any) -> Any:
        return clip(parameters, max_norm, *args, **kwargs)

    def by_value(parameters: Any, clip_value: float, *args: Any, **kwargs: Any) -> Any:
        return clip(parameters, clip_value, *args, **kwargs)

    return by_value if name == "clip_grad_value_" else by_norm


def factor_of(limit: float, total: Tensor) -> float:
    """What clip_grad_norm_ multiplies every gradient by, computed as torch does."""
    return float(torch.clamp(limit / (total.detach() + TINY), max=1.0))
