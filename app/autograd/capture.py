"""A running program in; everything torch did for it, in order, out: the capture context."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer

from app.autograd.engine import BackwardRun, accumulators, below, finish, keep, look, watch
from app.autograd.events import Answered, Look, Looked, Op
from app.autograd.grown import growing
from app.autograd.patches import patched
from app.autograd.recorder import Recorder, storage_pointer


class Update(NamedTuple):
    """One optimizer step: its type, the parameters it is about to change, and their .grad."""

    name: str
    parameters: list[Tensor]
    place: Any
    looks: list[Look]


class Zeroed(NamedTuple):
    """Gradients reset by zero_grad: the parameters that had one, and where it lay."""

    parameters: list[Tensor]
    place: Any
    pointers: list[int]


class Capture:
    """What is being recorded, and what to do when the program reaches autograd.

    `on_backward` is called before each backward call of the program; where `muted`, the program's
    own backward calls run unrecorded (keeping their graph) because another root was chosen."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        recorder.on_overwrite = self.note_looks
        #: the backward call that runs now
        self.running: BackwardRun | None = None
        self.muted = False
        #: the one thread that is recorded; None where the process runs nothing else
        self.thread: int | None = None
        self.on_backward: Callable[[], None] | None = None

    @property
    def events(self) -> list[Any]:
        """Everything recorded so far, in order."""
        return self.recorder.events

    @property
    def is_off(self) -> bool:
        """Whether what torch does now is nobody's to record."""
        return bool(self.recorder.paused) or self.is_elsewhere

    @property
    def is_elsewhere(self) -> bool:
        """Whether this is not the thread that is recorded."""
        return self.thread not in (None, get_ident())

    def run_backward(self, engine: Any, roots: Any, args: Any, kwargs: Any) -> Any:
        """Stand in for torch.autograd's call into the C++ engine."""
        if self.running:
            return self.run_inner(self.running, engine, roots, args, kwargs)
        if self.on_backward:
            self.on_backward()
        if self.muted:
            seeds, _, create_graph, inputs, *rest = args
            results = engine(roots, seeds, True, create_graph, inputs, *rest, **kwargs)
            if not kwargs.get("accumulate_grad"):
                self.keep_results(list(roots), inputs, results)
            return results
        return self.record_backward(engine, list(roots), args, kwargs)

    def run_inner(self, run: BackwardRun, engine: Any, roots: Any, args: Any, kwargs: Any) -> Any:
        """A backward call made while another runs (a re-entrant checkpoint, a backward of the
        program's own) is part of that one's op: only which leaves it adds to is noted."""
        reached = accumulators(below(list(roots))) if kwargs.get("accumulate_grad") else []
        inputs = [t for t in args[3] if isinstance(t, Tensor)]
        for leaf in inputs or reached:
            if leaf.is_leaf and id(leaf) not in run.inner:
                run.inner[id(leaf)] = leaf
                self.hold([leaf.grad])
        run.depth += 1
        try:
            return engine(roots, *args, **kwargs)
        finally:
            run.depth -= 1

    def hold(self, gradients: list[Any]) -> None:
        """Copy gradients that are about to be overwritten: others may refer to them."""
        self.recorder.keep([g for g in gradients if g is not None])

    def looks(self, leaves: list[Tensor]) -> list[Look]:
        """What each leaf's .grad holds now."""
        with torch._C.DisableTorchFunction():
            held = [(leaf, leaf.grad) for leaf in leaves]
            return [
                Look(leaf, keep(g), None if g is None else storage_pointer(g)) for leaf, g in held
            ]

    def last_looks(self) -> list[Look]:
        """The same of every leaf the program's own backward calls reached, in the end."""
        if self.muted:
            return []
        runs = [e for e in self.events if isinstance(e, BackwardRun) and not e.inferred]
        leaves = {key: leaf for run in runs for key, (leaf, _) in run.leaves.items()}
        return self.looks(list(leaves.values()))

    def note_looks(self, leaves: list[Tensor]) -> None:
        """The program is about to overwrite these leaves."""
        held = [leaf for leaf in leaves if leaf.grad is not None]
        if held:
            self.recorder.events.append(Looked(self.looks(held)))

    def record_backward(
        self, engine: Any, roots: list[Any], args: Any, kwargs: Any, inferred: bool = False
    ) -> Any:
        """Run the engine with hooks on every node and append the BackwardRun."""
        seeds, keep_graph, create_graph, inputs = args[:4]
        run = BackwardRun(
            roots=roots,
            seeds=[keep(seed) for seed in seeds],
            accumulate=bool(kwargs.get("accumulate_grad")),
            create_graph=create_graph,
            keeps_graph=bool(keep_graph) and not inferred,
            inputs=list(inputs),
            place=self.recorder.place(),
            inferred=inferred,
        )
        reachable = below(roots)
        self.hold(look(run, reachable))
        self.recorder.events.append(run)
        grows = bool(create_graph) and not inferred and run.place is not None
        run.started = [s for s in seeds if isinstance(s, Tensor)] if grows else []
        handles = watch(run, reachable, self.recorder.pulse)
        self.running = run
        try:
            results = self.run_engine(engine, tuple(roots), args, kwargs, grows)
        except BaseException:
            run.failed = True
            raise
        finally:
            self.running = None
            for handle in handles:
                handle.remove()
            finish(run)
        if not run.accumulate:
            if grows and run.place:
                self.recorder.events.append(Answered(tuple(results), *run.place))
            elif not inferred:  # what nobody asked for is no op of the program
                self.keep_results(list(roots), run.inputs, results)
            run.results = list(results)
        return results

    def run_engine(self, engine: Any, roots: Any, args: Any, kwargs: Any, grows: bool) -> Any:
        """The C++ engine itself; where it `grows` a graph of the gradient, recorded op by op."""
        if not grows:
            self.recorder.paused += 1  # hooks and what is computed again are no ops of the program
            try:
                return engine(roots, *args, **kwargs)
            finally:
                self.recorder.paused -= 1
        with growing(self.recorder) as grown:
            results = engine(roots, *args, **kwargs)
            grown.finish([t for t in results or () if isinstance(t, Tensor)])
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

    def before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> Any:
        """Copy the parameters an optimizer is about to change; one that is given a closure changes
        them whenever the closure has been called."""
        if self.thread not in (None, get_ident()):
            return None
        if self.on_backward:
            self.on_backward()
        self.recorder.paused += 1
        closure = kwargs.get("closure") or next(filter(callable, args[1:]), None)
        if closure is None:
            self.note_update(optimizer)
            return None
        others = {name: value for name, value in kwargs.items() if name != "closure"}
        return (args[0], self.watched(closure, optimizer), *args[2:]), others

    def note_update(self, optimizer: Optimizer) -> None:
        """The optimizer changes its parameters now."""
        groups = optimizer.param_groups
        parameters = [p for group in groups for p in group["params"] if p.grad is not None]
        self.recorder.keep(parameters)
        name, place = type(optimizer).__name__, self.recorder.place()
        self.recorder.events.append(Update(name, parameters, place, self.looks(parameters)))

    def watched(self, closure: Callable[[], Any], optimizer: Optimizer) -> Callable[[], Any]:
        """The closure, recorded though the rest of the step is not."""

        def call() -> Any:
            self.recorder.paused -= 1
            try:
                return closure()
            finally:
                self.recorder.paused += 1
                self.note_update(optimizer)

        return call

    def after_step(self, *_: Any) -> None:
        """Record again."""
        if self.thread in (None, get_ident()):
            self.recorder.paused -= 1

    def zero(self, parameters: list[Tensor], reset: Callable[[], Any]) -> Any:
        """Note the gradients, then let torch reset them."""
        if self.is_off:
            return reset()
        held = [p for p in parameters if p.grad is not None]
        self.hold([p.grad for p in held])
        grads = [p.grad for p in held if p.grad is not None]
        pointers = [pointer for g in grads if (pointer := storage_pointer(g))]
        event = Zeroed(held, self.recorder.place(), pointers)
        self.recorder.events.append(event)
        self.recorder.paused += 1
        try:
            return reset()
        finally:
            self.recorder.paused -= 1


@contextmanager
def capture(filename: str, limit: int = 200_000, raises: bool = True) -> Iterator[Capture]:
    """Record every torch call made by code compiled under `filename`, until the block ends.

    Nothing of the program's own results changes: torch runs the same kernels in the same order."""
    state = Capture(Recorder(filename, limit, raises))
    collecting = gc.isenabled()
    gc.disable()  # 10,000 live tuples make the collector the largest cost
    try:
        with patched(state), state.recorder:
            yield state
    finally:
        if collecting:
            gc.enable()
