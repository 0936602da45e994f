"""A long run that is over and followed, but not read, in; a Sketch of the whole of it, out.

Its folded picture stands on the page while statistics, passes and sentences are still written."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace

from app import graph as wire
from app.autograd.assemble import MANY, Assembly
from app.autograd.diagnose import left_out
from app.autograd.drafts import Draft, Input, Output, PassDraft
from app.autograd.finish import Executed, graph_of
from app.autograd.pulse import Report
from app.autograd.values import flat, number, value_of_content
from app.protocol import Sketch
from app.words import say


def outline(session: Executed, whole: Assembly, events: int, report: Report) -> None:
    """Report it, if the graph is one that takes long to write."""
    if len(whole.ids) > MANY:
        notes = left_out(whole, session.job.options.lang)
        graph = replace(graph_of(session, Outline(whole)), diagnostics=notes)
        report(Sketch(graph=graph, events=events, shown=events, is_outline=True))


class Outline(Assembly):
    """Freezes a few drafts as they will be, of all others only what a folded picture needs."""

    def __init__(self, whole: Assembly) -> None:
        super().__init__(whole.weaver, whole.flows, whole.past)
        self.ids, self.edge_ids = whole.ids, whole.edge_ids
        self.reader, self.values = whole.reader, whole.values
        self.near = whole.near

    def narrator(self, nodes: list[wire.Node], edges: list[wire.Edge], lang: str) -> Any:
        """The same sentence for all."""
        text = say("step.outline", lang)
        return lambda kind, step, clipped: text

    def followed(self) -> list[PassDraft]:
        """Those forward: it is their steps a picture begins with."""
        return [one for one in self.flows.passes if one.kind == "forward"]

    def tensor(self, draft: Draft, position: int) -> wire.Tensor:
        """One output; of those far inside, what was read of it anyway, without its gradient."""
        if draft.index in self.near:
            return super().tensor(draft, position)
        output = draft.outputs[position]
        is_reached = (draft.index, position) in self.flows.gradients
        return wire.Tensor(
            shape=list(output.shape),
            dtype=str(output.tensor.dtype).removeprefix("torch."),
            device=str(output.tensor.device),
            value=self.glimpse(output),
            no_gradient="running" if is_reached else self.reason(draft, output),
        )

    def balance(self, draft: Draft, position: int, gradient: Any) -> dict[str, Any]:
        """Nothing: it is the longest to find out, and no card shows it."""
        return {}

    def glimpse(self, output: Output) -> wire.Value:
        """As much of a value as its card shows."""
        if output.content is None:
            return wire.Value(numel=output.tensor.numel())
        elements = flat(output.content)
        is_plain = len(elements) > self.reader.told and isinstance(elements[0], (int, float))
        if not is_plain or isinstance(elements[0], bool):
            return value_of_content(output.content, self.reader.told)
        return wire.Value(numel=len(elements), norm=number(math.hypot(*elements)))

    def edge(self, draft: Draft, position: int, entry: Input) -> wire.Edge:
        """One input; of an op far inside, whether anything flowed back, without its numbers."""
        if draft.index in self.near:
            return super().edge(draft, position, entry)
        output = self.weaver.drafts[entry.source].outputs[entry.output]
        sent = wire.Value(numel=output.tensor.numel()) if entry.contributions else None
        return wire.Edge(
            id=self.edge_ids[(draft.index, position)],
            source=wire.Source(node=self.ids[entry.source], output=entry.output),
            target=wire.Target(node=self.ids[draft.index], argument=entry.argument),
            contribution=sent,
        )
