"""A running program in; everything torch did for it, in order, out: the capture context."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from app.autograd.engine import BackwardRun, finish, keep, watch
from app.autograd.recorder import Enter, Exit, Op, Recorder


class Update(NamedTuple):
    """One optimizer step: its type and the parameters it is about to change."""

    name: str
    parameters: list[Tensor]
    place: Any


class Zeroed(NamedTuple):
    """Gradients reset by zero_grad: the parameters that had one."""

    parameters: list[Tensor]
    place: Any


class Capture:
    """What is being recorded, and what to do when the program reaches autograd.

    `on_backward` is called before each backward call of the program; where `muted`, the program's
    own backward calls run unrecorded (keeping their graph) because another root was chosen."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.pending: dict[int, tuple[Tensor, Any]] = {}
        self.muted = False
        self.on_backward: Callable[[], None] | None = None
        self.progress: Callable[[str, int], None] | None = None

    @property
    def events(self) -> list[Any]:
        """Everything recorded so far, in order."""
        return self.recorder.events

    def run_backward(self, engine: Any, roots: Any, args: Any, kwargs: Any) -> Any:
        """Stand in for torch.autograd's call into the C++ engine."""
        if self.on_backward:
            self.on_backward()
        if self.muted:
            seeds, _, create_graph, inputs, *rest = args
            results = engine(roots, seeds, True, create_graph, inputs, *rest, **kwargs)
            if not kwargs.get("accumulate_grad"):
                self.keep_results(list(roots), inputs, results)
            return results
        return self.record_backward(engine, list(roots), args, kwargs)

    def record_backward(
        self, engine: Any, roots: list[Any], args: Any, kwargs: Any, inferred: bool = False
    ) -> Any:
        """Run the engine with hooks on every node and append the BackwardRun."""
        seeds, _, create_graph, inputs = args[:4]
        run = BackwardRun(
            roots=roots,
            seeds=[keep(seed) for seed in seeds],
            accumulate=bool(kwargs.get("accumulate_grad")),
            create_graph=create_graph,
            inputs=list(inputs),
            place=self.recorder.place(),
            inferred=inferred,
        )
        self.settle()
        self.recorder.events.append(run)
        if self.progress:
            self.progress("backward", len(self.recorder.events))
        handles = watch(run)
        try:
            results = engine(tuple(roots), *args, **kwargs)
        except BaseException:
            run.failed = True
            raise
        finally:
            for handle in handles:
                handle.remove()
            finish(run)
            self.pending = run.leaves
        if not run.accumulate:
            self.keep_results(list(roots), run.inputs, results)
            run.results = list(results)
        return results

    def keep_results(self, roots: list[Any], inputs: Any, results: Any) -> None:
        """torch.autograd.grad: its answers become the outputs of an op named grad."""
        place = self.recorder.place()
        if place:
            tensors = tuple(t for t in results if isinstance(t, Tensor))
            small = [t.grad_fn for t in tensors]
            args = (tuple(roots), tuple(inputs))
            op = Op(torch.autograd.grad, args, None, tensors, place[0], place[1], 0, None, small)
            self.recorder.events.append(op)

    def settle(self) -> None:
        """Copy big .grad tensors an earlier backward reported, before they are written again."""
        for key, (leaf, kept) in self.pending.items():
            if isinstance(kept, Tensor) and leaf.grad is not None:
                if kept.data_ptr() == leaf.grad.data_ptr():
                    self.pending[key] = (leaf, kept.clone())

    def before_step(self, optimizer: Optimizer, *_: Any) -> None:
        """Copy the parameters an optimizer is about to change."""
        if self.on_backward:
            self.on_backward()
        parameters = _parameters(optimizer)
        self.recorder.keep(parameters)
        self.recorder.events.append(
            Update(
                type(optimizer).__name__,
                parameters,
                self.recorder.place(),
            )
        )
        self.recorder.paused += 1

    def after_step(self, *_: Any) -> None:
        """Record again."""
        self.recorder.paused -= 1

    def zero(self, parameters: list[Tensor], reset: Callable[[], Any]) -> Any:
        """Note the gradients, then let torch reset them."""
        if self.recorder.paused:
            return reset()
        self.settle()
        held = [p for p in parameters if p.grad is not None]
        event = Zeroed(held, self.recorder.place())
        self.recorder.events.append(event)
        self.recorder.paused += 1
        try:
            return reset()
        finally:
            self.recorder.paused -= 1


def _parameters(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]


@contextmanager
def capture(filename: str, limit: int = 200_000) -> Iterator[Capture]:
    """Record every torch call made by code compiled under `filename`, until the block ends.

    Nothing of the program's own results changes: torch runs the same kernels in the same order."""
    state = Capture(Recorder(filename, limit))
    collecting = gc.isenabled()
    gc.disable()  # 10,000 live tuples make the collector the largest cost
    try:
        with ExitStack() as stack:
            for patch in (_engine, _functions, _modules, _optimizers):
                stack.enter_context(patch(state))
            stack.enter_context(_replaced(torch, "compile", _uncompiled))
            stack.enter_context(state.recorder)
            yield state
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    original = owner.__dict__[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _uncompiled(model: Any = None, **_: Any) -> Any:
    """torch.compile changes how a program runs, not what it computes: leave it as written."""
    return model if model is not None else lambda function: function


@contextmanager
def _engine(state: Capture) -> Iterator[None]:
    """Every backward and grad call of torch.autograd ends in this one function."""
    original = vars(torch.autograd)["_engine_run_backward"]

    def run(roots: Any, *args: Any, **kwargs: Any) -> Any:
        if state.recorder.paused:
            return original(roots, *args, **kwargs)
        return state.run_backward(original, roots, args, kwargs)

    with _replaced(torch.autograd, "_engine_run_backward", run):
        yield


@contextmanager
def _functions(state: Capture) -> Iterator[None]:
    """A custom autograd.Function is one op: its inner ops run without grad and are folded."""
    original = torch.autograd.Function.__dict__["apply"].__func__

    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = state.recorder
        if recorder.paused:
            return original(cls, *args, **kwargs)
        recorder.paused += 1
        try:
            out = original(cls, *args, **kwargs)
        finally:
            recorder.paused -= 1
        recorder.note(cls, args, kwargs or None, out)
        return out

    with _replaced(torch.autograd.Function, "apply", classmethod(apply)):
        yield


@contextmanager
def _modules(state: Capture) -> Iterator[None]:
    """A module call is a scope (cheaper than global module hooks)."""
    original = nn.Module.__dict__["__call__"]
    events = state.recorder.events

    def call(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        if state.recorder.paused:
            return original(self, *args, **kwargs)
        events.append(Enter("module", self, type(self).__name__, type(self).__name__))
        try:
            return original(self, *args, **kwargs)
        finally:
            events.append(Exit(self))

    with _replaced(nn.Module, "__call__", call):
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
            _replaced(Optimizer, "zero_grad", zero_grad),
            _replaced(nn.Module, "zero_grad", zero_module),
        ):
            yield
    finally:
        before.remove()
        after.remove()
