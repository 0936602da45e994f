"""A program that still runs in; the graph of its first ops, with what was read of them anyway, out.

No tensor is read or touched for it: the program's values, versions and random numbers stay as they
would be without."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from app import graph as wire
from app.autograd.assemble import Assembly
from app.autograd.drafts import Draft, Output
from app.autograd.engine import BackwardRun
from app.autograd.finish import graph_of, place
from app.autograd.flows import Flows
from app.autograd.past import Past
from app.autograd.values import Reader, value_of_content
from app.autograd.weave import Weaver
from app.protocol import Sketch

if TYPE_CHECKING:
    from app.autograd.capture import Capture
    from app.autograd.runner import Session

log = logging.getLogger("gradreel")


class Glance(Reader):
    """Says of a tensor that was not read yet only how many elements it has."""

    def value_of(self, tensor: Tensor) -> wire.Value:
        """The number of elements."""
        return wire.Value(numel=tensor.numel())


class Unfinished(Assembly):
    """Freezes drafts of a program that goes on."""

    def __init__(self, weaver: Weaver, flows: Flows) -> None:
        super().__init__(weaver, flows, flows.past)
        self.reader = Glance()

    def value(self, output: Output) -> wire.Value:
        """What the recorder read of it."""
        if output.content is not None:
            return value_of_content(output.content)
        return wire.Value(numel=output.tensor.numel())

    def rest(self, place: tuple[int, int], gradient: Any) -> tuple[Any, None]:
        """Nothing is added up while the program goes on."""
        return None, None

    def reason(self, draft: Draft, output: Output) -> wire.NoGradient:
        """A gradient that is missing may still come."""
        found = super().reason(draft, output)
        return "running" if found in ("no_backward", "unreachable") else found


def so_far(events: list[Any], count: int) -> list[Any]:
    """The first `count` events, up to a backward pass that still runs."""
    found = events[: max(0, count)]
    for index, event in enumerate(found):
        if isinstance(event, BackwardRun) and not event.is_over:
            return found[:index]
    return found


def sketch(session: Session, state: Capture, events: list[Any]) -> Sketch | None:
    """The graph of these events; None where this is no moment to draw one."""
    if torch.utils._python_dispatch._get_current_dispatch_mode() is not None:
        return None  # what adds gradients here would be taken for the program's own
    recorder = state.recorder
    recorder.paused += 1
    try:
        with torch._C.DisableTorchFunction(), torch.no_grad():
            assembly = _woven(session, events)
            graph = graph_of(session, assembly)
    except Exception:  # a half-finished program may be in a state no finished one is in
        log.debug("no sketch", exc_info=True)
        return None
    finally:
        recorder.paused -= 1
    return Sketch(graph=graph, events=len(state.events), shown=len(events))


def _woven(session: Session, events: list[Any]) -> Unfinished:
    variables = {k: v for k, v in session.variables.items() if not k.startswith("__")}
    weaver = Weaver(session.names, variables)
    weaver.weave(events, is_whole=False)
    weaver.naming.finish(weaver.drafts, weaver.current)
    place(weaver, session.program)
    flows = Flows(weaver, Past({}))
    flows.follow(events)
    assembly = Unfinished(weaver, flows)
    assembly.number(len(weaver.drafts))
    return assembly
