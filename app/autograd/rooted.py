"""A finished run and a node chosen as root, in; the same program with gradients of that node, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

from app.autograd.capture import Capture
from app.autograd.engine import BackwardRun
from app.autograd.events import Op
from app.autograd.finish import Finished, assemble
from app.errors import GradreelError
from app.protocol import Outcome

if TYPE_CHECKING:
    from app.autograd.runner import Session


def rerun(session: Session, first: Finished, root: str, events: list[Any]) -> Finished:
    """Run the program once more, differentiating `root` just before the program's own first
    backward or update after it was made. The program's own backward calls still run, unrecorded.
    `events` are the first run's."""
    assembly = first.assembly
    place = assembly.place_of(root, 0) if assembly else None
    if assembly is None or place is None:
        return Finished(Outcome(problem=_problem(session, "unknown_root", root)))
    output = assembly.weaver.drafts[place[0]].outputs[0]
    if output.grad_fn is None or not output.tensor.is_floating_point():
        return Finished(Outcome(problem=_problem(session, "root_not_tracked", root)))
    earlier = sum(1 for event in events[: output.event] if isinstance(event, BackwardRun))
    chooser = _Chooser(output.event - earlier)

    def prepare(state: Capture) -> None:
        chooser.state = state
        state.muted = True
        state.on_backward = chooser.fire

    state = session.execute(prepare)
    chooser.fire()
    return assemble(session, state)


def _problem(session: Session, code: str, root: str) -> Any:
    return GradreelError(code, lang=session.job.options.lang, root=root).problem


class _Chooser:
    """Runs one backward from the tensor that event number `event` made (backward runs not
    counted), as soon as the program's own autograd is about to act after it."""

    def __init__(self, event: int) -> None:
        self.event = event
        self.state: Capture | None = None

    def fire(self) -> None:
        """The pass, once, when the root exists."""
        from app.autograd.runner import run_from

        state = self.state
        event = state.events[self.event] if state and self.event < len(state.events) else None
        if state is None or not isinstance(event, Op):
            return
        self.state = None
        out = event.out if event.out is not None else event.args[0]
        root = out if isinstance(out, Tensor) else out[0]
        with _untouched_gradients(root):
            run_from(root, state)


class _untouched_gradients:
    """Set every reachable leaf's .grad aside during a pass that is not the program's own."""

    def __init__(self, root: Tensor) -> None:
        from app.autograd.engine import Reachable, is_accumulator

        nodes = Reachable([root]).arrivals
        self.leaves = [node.variable for node in nodes if is_accumulator(node)]
        self.held: list[Tensor | None] = []

    def __enter__(self) -> None:
        self.held = [leaf.grad for leaf in self.leaves]
        for leaf in self.leaves:
            leaf.grad = None

    def __exit__(self, *_: object) -> None:
        for leaf, gradient in zip(self.leaves, self.held, strict=True):
            leaf.grad = gradient
