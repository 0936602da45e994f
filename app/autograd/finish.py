"""An executed session in; its Graph, autograd view and a reader of its tensors, out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from msgspec.structs import replace

from app.autograd.assemble import Assembly, torch_version
from app.autograd.capture import Capture
from app.autograd.diagnose import diagnostics
from app.autograd.flows import Flows
from app.autograd.instrument import Names
from app.autograd.output import Printer
from app.autograd.past import Past
from app.autograd.values import one_thread
from app.autograd.view import autograd_view
from app.autograd.weave import Weaver
from app.errors import Problem
from app.graph import SCHEMA, Graph, ProgramInfo, Run
from app.program import Program
from app.protocol import Job, Outcome
from app.settings import settings


class Executed(Protocol):
    """What is known of a program that has run under capture, whoever ran it."""

    job: Job
    program: Program
    names: Names
    variables: dict[str, Any]
    problem: Problem | None
    timings: dict[str, float]
    notes: list[tuple[str, Any]]
    printer: Printer


class Finished:
    """The outcome of a job, and the live tensors behind it: `events` as
    recorded, in order, `random` the generator's states they need to be replayed."""

    def __init__(
        self,
        outcome: Outcome,
        assembly: Assembly | None = None,
        state: Capture | None = None,
        lang: str = "en",
    ) -> None:
        self.outcome = outcome
        self.assembly = assembly
        self.events: list[Any] = state.events if state else []
        self.random = state.recorder.random if state else {}
        self.lang = lang


def assemble(
    session: Executed,
    state: Capture,
    woven: Weaver | None = None,
    followed: Callable[[Assembly], None] | None = None,
) -> Finished:
    """Weave (unless that is done), follow, freeze; `followed` is shown the drafts before that."""
    start = time.perf_counter()
    variables = {k: v for k, v in session.variables.items() if not k.startswith("__")}
    weaver = woven or Weaver(session.names, variables)
    if woven is None:
        weaver.weave(state.events)
    weaver.naming.finish(weaver.drafts, weaver.current)
    place(weaver, session.program)
    past = Past(state.recorder.before)
    flows = Flows(weaver, past)
    assembly = Assembly(weaver, flows, past)
    assembly.number(settings().nodes)
    flows.follow(state.events, state.last_looks())
    if followed:
        followed(assembly)
    graph = graph_of(session, assembly)
    timings = {**graph.run.timings_ms, "graph": (time.perf_counter() - start) * 1e3}
    graph = replace(
        graph,
        run=replace(graph.run, timings_ms=timings),
        diagnostics=diagnostics(session, state, assembly, graph.nodes, graph.edges, graph.passes),
    )
    view = autograd_view(assembly, graph, state.events)
    outcome = Outcome(graph=graph, autograd=view, problem=session.problem)
    return Finished(outcome, assembly, state, session.job.options.lang)


def place(weaver: Weaver, program: Program) -> None:
    """From here on every place is one in the pasted text."""
    if not program.places and program.language != "latex":
        return
    for draft in weaver.drafts:
        draft.span = program.at(draft.span) if draft.span else None
    for bound in weaver.naming.bindings:
        bound.span = program.at(bound.span)


@one_thread()
def graph_of(session: Executed, assembly: Assembly) -> Graph:
    """The drafts frozen, nothing said about them yet."""
    program, options = session.program, session.job.options
    nodes, edges = assembly.nodes(), assembly.edges()
    passes = assembly.passes(assembly.narrator(nodes, edges, options.lang))
    scopes, bindings = assembly.scopes(), assembly.bindings()
    roots = [p.root for p in passes if p.kind == "backward"]
    return Graph(
        schema=SCHEMA,
        program=ProgramInfo(
            language=program.language,
            source=program.source,
            code=program.code,
            inputs=program.inputs,
            parts=program.parts,
        ),
        run=Run(
            device=options.device,
            dtype=options.dtype,
            seed=options.seed,
            torch=torch_version(),
            timings_ms=dict(session.timings),
        ),
        nodes=nodes,
        edges=edges,
        scopes=scopes,
        passes=passes,
        diagnostics=[],
        prints=list(session.printer.prints),
        bindings=bindings,
        root=roots[-1] if roots else None,
    )
