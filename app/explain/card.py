"""An edge or a node of a run in; its chain rule in symbols and in numbers, out."""

from __future__ import annotations

from app.autograd.flows import StepDraft
from app.errors import ProgramError
from app.explain.chain import Chain
from app.explain.edge import DOCS, EdgeWriter, row_notes
from app.explain.local import Alone
from app.explain.replay import Backward, Replay
from app.explain.symbols import Symbols
from app.explain.written import formula_lines
from app.explanations import Card, EdgeCard, Line, NodeCard
from app.words import say


class Cards:
    """Writes cards for one run."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self.replay = replay
        self.lang = lang
        self.symbols = Symbols(replay)
        self.ids = {node: draft for draft, node in replay.assembly.ids.items()}
        self.edges = {edge: place for place, edge in replay.assembly.edge_ids.items()}

    def edge(self, question: EdgeCard) -> Card:
        """One edge's card. Raises ProgramError for an edge that is not there."""
        place = self.edges.get(question.edge)
        if place is None:
            raise ProgramError("unknown_edge", lang=self.lang)
        draft = self.replay.drafts[place[0]]
        found = self.step_of(*place)
        return EdgeWriter(
            self.replay, self.symbols, self.lang, draft, place[1], found, question.element
        ).card()

    def step_of(self, index: int, position: int) -> tuple[Backward, StepDraft] | None:
        """The last step that sent along an input of a draft."""
        for backward in reversed(self.replay.passes):
            for step in backward.draft.steps:
                if step.draft == index and position in step.inputs:
                    return backward, step
        return None

    def node(self, question: NodeCard) -> Card:
        """One node's card. Raises ProgramError for a node that is not there."""
        index = self.ids.get(question.node)
        if index is None or question.output >= max(1, len(self.replay.drafts[index].outputs)):
            raise ProgramError("unknown_node", lang=self.lang)
        draft = self.replay.drafts[index]
        place = (index, question.output)
        lines: list[Line] = []
        row = None
        if draft.kind == "op" and draft.outputs:
            alone = Alone(self.replay, draft)
            letters = alone.letters(None)
            row = alone.row if letters is not None else None
            if row is not None and letters is not None:
                lines += formula_lines(self.symbols, row, draft, letters, place)
        lines += Chain(self.replay, self.symbols).lines(place)
        notes = row_notes(row, draft, self.lang)
        if self.replay.is_piled(place):
            notes.append(say("card.last_pass", self.lang))
        gradient = self.replay.assembly.flows.gradients.get(place)
        if gradient is not None and self.replay.assembly.rest(place, gradient)[1] == "hook":
            notes.append(say("card.hooked", self.lang))
        return Card(
            title=self.symbols.of(place),
            op=draft.op,
            category=row.category if row else None,
            doc=DOCS.format(row.doc) if row else None,
            known=row is not None or draft.kind != "op",
            lines=lines,
            notes=notes,
        )
