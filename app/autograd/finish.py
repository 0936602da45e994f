"""An executed session in; its Graph, autograd view and a reader of its tensors, out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from torch import Tensor

from app.autograd.assemble import Assembly, torch_version
from app.autograd.capture import Capture
from app.autograd.diagnose import diagnostics
from app.autograd.flows import Flows
from app.autograd.narrate import narrator
from app.autograd.values import Reader
from app.autograd.view import autograd_view
from app.autograd.weave import Weaver
from app.errors import ProgramError
from app.graph import SCHEMA, Graph, ProgramInfo, Run
from app.protocol import Outcome, Slice, Sliced

if TYPE_CHECKING:
    from app.autograd.runner import Session


class Finished:
    """The outcome of a job, and the live tensors behind it."""

    def __init__(self, outcome: Outcome, assembly: Assembly | None = None) -> None:
        self.outcome = outcome
        self.assembly = assembly

    def slice(self, request: Slice) -> Sliced:
        """Part of a value or gradient: an int picks an index, [start, stop, step] a range."""
        tensor = self.tensor_of(request)
        if tensor is None:
            return Sliced(problem=ProgramError("no_slice").problem)
        try:
            index = tuple(i if isinstance(i, int) else slice(*i) for i in request.index)
            part = tensor[index] if index else tensor
        except (IndexError, TypeError, ValueError, RuntimeError, OverflowError):
            return Sliced(problem=ProgramError("no_slice").problem)
        return Sliced(shape=list(part.shape), value=_in_full(part))

    def tensor_of(self, request: Slice) -> Tensor | None:
        """The tensor a slice is taken from, or None where there is none such."""
        if self.assembly is None:
            return None
        place = self.assembly.place_of(request.node, request.output)
        if place is None:
            return None
        if request.of == "gradient":
            return self.assembly.gradient_tensor(*place)
        return self.assembly.as_made(self.assembly.weaver.drafts[place[0]].outputs[place[1]])


def _in_full(part: Tensor) -> Any:
    from app import graph as wire
    from app.autograd.values import nested

    value = Reader().value_of(part)
    if value.data is None and part.numel() <= 4096:
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        value = wire.Value(**{**fields, "data": nested(part.tolist())})
    return value


def assemble(session: Session, state: Capture) -> Finished:
    """Weave, follow, freeze."""
    start = time.perf_counter()
    variables = {k: v for k, v in session.variables.items() if not k.startswith("__")}
    weaver = Weaver(session.names, variables)
    weaver.weave(state.events)
    weaver.naming.finish(weaver.drafts, weaver.current)
    flows = Flows(weaver)
    flows.follow(state.events)
    assembly = Assembly(weaver, flows, state.recorder.before)
    assembly.number()
    graph = _graph(session, state, assembly, start)
    view = autograd_view(assembly, graph, state.events)
    return Finished(Outcome(graph=graph, autograd=view, problem=session.problem), assembly)


def _graph(session: Session, state: Capture, assembly: Assembly, start: float) -> Graph:
    program, options = session.program, session.job.options
    nodes, edges = assembly.nodes(), assembly.edges()
    passes = assembly.passes(narrator(nodes, edges, options.lang))
    scopes, bindings = assembly.scopes(), assembly.bindings()
    roots = [p.root for p in passes if p.kind == "backward"]
    timings = dict(session.timings)
    timings["graph"] = (time.perf_counter() - start) * 1e3
    return Graph(
        schema=SCHEMA,
        program=ProgramInfo(
            language=program.language,
            source=program.source,
            code=program.code,
            inputs=program.inputs,
        ),
        run=Run(
            device=options.device,
            dtype=options.dtype,
            seed=options.seed,
            torch=torch_version(),
            timings_ms=timings,
        ),
        nodes=nodes,
        edges=edges,
        scopes=scopes,
        passes=passes,
        diagnostics=diagnostics(session, state, assembly, nodes, edges, passes),
        prints=list(session.printer.prints),
        bindings=bindings,
        root=roots[-1] if roots else None,
    )
