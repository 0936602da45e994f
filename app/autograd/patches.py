"""A capture in; torch's own entry points reporting to it until the block ends, out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.data import DataLoader

from app.autograd.clipping import clipping
from app.autograd.events import Enter, Exit
from app.autograd.replaced import loader_of_one_process, replaced, uncompiled, unscripted

if TYPE_CHECKING:
    from app.autograd.capture import Capture


@contextmanager
def patched(state: Capture) -> Iterator[None]:
    """All of them, and what has no place in a confined process replaced."""
    with ExitStack() as stack:
        for patch in (_engine, _functions, _modules, _optimizers, clipping):
            stack.enter_context(patch(state))
        stack.enter_context(replaced(DataLoader, "__init__", loader_of_one_process))
        stack.enter_context(replaced(torch, "compile", uncompiled))
        stack.enter_context(replaced(torch.jit, "script", unscripted))
        yield


@contextmanager
def _engine(state: Capture) -> Iterator[None]:
    """Every backward and grad call of torch.autograd ends in this one function."""
    original = vars(torch.autograd)["_engine_run_backward"]

    def run(roots: Any, *args: Any, **kwargs: Any) -> Any:
        inside = torch._C._functorch.peek_interpreter_stack() is not None
        off = state.is_off if state.running is None else state.is_elsewhere
        seeds = args[0] if args and isinstance(args[0], (tuple, list)) else ()
        batched = any(map(is_batched, seeds))
        if off or inside or batched:  # inside torch.func and vmap nothing has a place in memory
            state.recorder.is_transformed |= not off
            return original(roots, *args, **kwargs)
        return state.run_backward(original, roots, args, kwargs)

    with replaced(torch.autograd, "_engine_run_backward", run):
        yield


def is_batched(seed: Any) -> bool:
    """Whether a seed stands for many, as with is_grads_batched."""
    return isinstance(seed, Tensor) and torch._C._functorch.is_legacy_batchedtensor(seed)


@contextmanager
def _functions(state: Capture) -> Iterator[None]:
    """A custom autograd.Function is one op: its inner ops run without grad and are folded."""
    original = torch.autograd.Function.__dict__["apply"].__func__

    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = state.recorder
        if state.is_off:
            return original(cls, *args, **kwargs)
        recorder.paused += 1
        try:
            out = original(cls, *args, **kwargs)
        finally:
            recorder.paused -= 1
        recorder.note(cls, args, kwargs or None, out)
        return out

    with replaced(torch.autograd.Function, "apply", classmethod(apply)):
        yield


@contextmanager
def _modules(state: Capture) -> Iterator[None]:
    """A module call is a scope (cheaper than global module hooks)."""
    original = nn.Module.__dict__["__call__"]
    events = state.recorder.events

    def call(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        if state.is_off:
            return original(self, *args, **kwargs)
        events.append(Enter("module", self, type(self).__name__, type(self).__name__))
        try:
            return original(self, *args, **kwargs)
        finally:
            events.append(Exit(self))

    with replaced(nn.Module, "__call__", call):
        yield


@contextmanager
def _optimizers(state: Capture) -> Iterator[None]:
    """An optimizer step is one event, its dozens of tensor ops folded."""
    before = register_optimizer_step_pre_hook(state.before_step)
    after = register_optimizer_step_post_hook(state.after_step)
    reset = Optimizer.__dict__["zero_grad"]
    reset_module = nn.Module.__dict__["zero_grad"]

    def zero_grad(self: Optimizer, set_to_none: bool = True) -> Any:
        parameters = [p for group in self.param_groups for p in group["params"]]
        return state.zero(parameters, lambda: reset(self, set_to_none))

    def zero_module(self: nn.Module, set_to_none: bool = True) -> Any:
        return state.zero(list(self.parameters()), lambda: reset_module(self, set_to_none))

    try:
        with (
            replaced(Optimizer, "zero_grad", zero_grad),
            replaced(nn.Module, "zero_grad", zero_module),
        ):
            yield
    finally:
        before.remove()
        after.remove()
