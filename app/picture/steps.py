"""Passes over visible marks in; the steps of the timeline, each as changes to marks, out."""

from __future__ import annotations

from app.graph import Edge, Graph, Node, Pass, Step, Value
from app.layout.fold import Fold
from app.numbers import brief, sign_of, text_of
from app.picture.cards import Face
from app.picture.marks import Change, Mark, PictureStep
from app.words import say


class Timeline:
    """Walks the passes once; remembers what is active, what has arrived and what is still due."""

    def __init__(
        self, graph: Graph, fold: Fold, marks: list[Mark], faces: dict[str, Face], lang: str
    ) -> None:
        self.graph = graph
        self.lang = lang
        self.faces = faces
        self.ids = {mark.id for mark in marks}
        self.nodes: dict[str, Node] = {node.id: node for node in graph.nodes}
        self.edges: dict[str, Edge] = {edge.id: edge for edge in graph.edges}
        self.card_of = {node: card for card in fold.cards for node in card.nodes}
        self.link_of = {edge: link.id for link in fold.links for edge in link.edges}
        self.active: list[str] = []
        self.due: dict[str, int] = {}
        self.arrived: dict[tuple[str, int], list[Value]] = {}
        self.steps: list[PictureStep] = []

    def build(self, marks: list[Mark]) -> list[PictureStep]:
        """Step 0, then every step of every pass."""
        first = [
            Change(
                mark=m.id,
                phase="waiting"
                if m.role in ("card", "edge", "arrowhead", "name", "symbol", "scope", "scope-label")
                else "hidden",
            )
            for m in marks
        ]
        text = say("picture.start", self.lang)
        self.steps.append(
            PictureStep(
                kind="forward",
                pass_index=-1,
                node=None,
                edges=[],
                text=text,
                line=None,
                changes=first,
            )
        )
        for index, one in enumerate(self.graph.passes):
            self.take_pass(one, index)
        return self.steps

    def take_pass(self, one: Pass, index: int) -> None:
        """One pass."""
        if one.kind == "backward":
            self.due = self._due(one)
            self.arrived = {}
        for step in one.steps:
            changes = self._settle()
            if one.kind == "backward":
                changes += self.backward(step)
            else:
                changes += self.forward(step)
            span = self.nodes[step.node].span
            card = self.card_of[step.node]
            self.steps.append(
                PictureStep(
                    kind=one.kind,
                    pass_index=index,
                    node=card.id,
                    edges=[self.link_of[e] for e in step.edges if e in self.link_of],
                    text=step.text,
                    line=span.line if span else None,
                    changes=changes,
                    flows=self._flows(one, step),
                )
            )

    def _due(self, one: Pass) -> dict[str, int]:
        """card → contributions it will receive in this pass."""
        due: dict[str, int] = {}
        for step in one.steps:
            for edge in step.edges:
                if edge in self.link_of:
                    card = self.card_of[self.edges[edge].source.node].id
                    due[card] = due.get(card, 0) + 1
        return due

    def _settle(self) -> list[Change]:
        changes = [Change(mark=mark, phase="done") for mark in self.active]
        self.active = []
        return changes

    def _activate(
        self, mark: str, text: str | None = None, tone: int | None = None
    ) -> list[Change]:
        if mark not in self.ids:
            return []
        self.active.append(mark)
        return [Change(mark=mark, phase="active", text=text, tone=tone)]

    def forward(self, step: Step) -> list[Change]:
        """The node gets its value, read over its edges."""
        card = self.card_of[step.node]
        changes = []
        for role in ("card", "name", "symbol", "value"):
            changes += self._activate(f"{card.id}.{role}")
        if card.folded:
            changes += self._activate(f"{card.id}.gradient")
        for edge in step.edges:
            link = self.link_of.get(edge)
            if link:
                changes += self._activate(f"{link}.edge") + self._activate(f"{link}.head")
        return changes

    def backward(self, step: Step) -> list[Change]:
        """The node shows its gradient and sends contributions against its edges."""
        card = self.card_of[step.node]
        changes = self._activate(f"{card.id}.card")
        if not card.folded:
            node = self.nodes[step.node]
            for k, value in enumerate(step.gradients):
                if value is not None:
                    text = f"∂ {brief(value, node.outputs[k].shape)}"
                    changes += self._activate(f"{card.id}.gradient", text, sign_of(value))
                    break
        for edge, value in zip(step.edges, step.contributions, strict=False):
            changes += self._send(edge, value)
        return changes

    def _send(self, edge: str, value: Value | None) -> list[Change]:
        link = self.link_of.get(edge)
        if link is None:
            return []
        source = self.edges[edge].source
        node, card = self.nodes[source.node], self.card_of[source.node]
        changes = self._activate(f"{link}.edge") + self._activate(f"{link}.head")
        if value is not None:
            text = brief(value, node.outputs[source.output].shape)
            pill = None if self._is_merged(link) else text
            changes += self._activate(f"{link}.contribution", pill, sign_of(value))
            self.arrived.setdefault((source.node, source.output), []).append(value)
        changes += self._count_down(card.id)
        if not card.folded:
            changes += self._sum(card.id, source.node, source.output)
        return changes

    def _is_merged(self, link: str) -> bool:
        return sum(1 for found in self.link_of.values() if found == link) > 1

    def _count_down(self, card: str) -> list[Change]:
        left = self.due[card] = self.due.get(card, 1) - 1
        mark = f"{card}.due"
        if mark not in self.ids:
            return []
        if left <= 0:
            return [Change(mark=mark, phase="hidden", text="")]
        return [Change(mark=mark, phase="done", text=str(left))]

    def _sum(self, card: str, node: str, output: int) -> list[Change]:
        """2 + 3 = 5 once the last of several contributions has arrived."""
        values = self.arrived.get((node, output), [])
        if self.due.get(card, 0) > 0 or len(values) < 2:
            return []
        if all(v.numel == 1 and v.data is not None for v in values):
            numbers = [_number(v) for v in values]
            if all(isinstance(n, (int, float)) for n in numbers):
                total = text_of(sum(numbers))
                shown = " + ".join(_signed(n) for n in numbers[:4])
                text = f"{shown} = {total}" if len(numbers) <= 4 else f"Σ {len(numbers)} = {total}"
                return self._activate(f"{card}.sum", text)
        return self._activate(f"{card}.sum", say("picture.sum", self.lang, count=len(values)))

    def _flows(self, one: Pass, step: Step) -> list[tuple[str, str]]:
        flows = []
        for k, edge in enumerate(step.edges):
            link = self.link_of.get(edge)
            if link is None:
                continue
            if one.kind == "backward":
                value = step.contributions[k] if k < len(step.contributions) else None
            else:
                source = self.edges[edge].source
                value = self.nodes[source.node].outputs[source.output].value
            source = self.edges[edge].source
            shape = self.nodes[source.node].outputs[source.output].shape
            flows.append((link, brief(value, shape) if value is not None else ""))
        return flows


def _number(value: Value) -> float:
    content = value.data
    while isinstance(content, list):
        content = content[0]
    number: float = content
    return number


def _signed(number: float) -> str:
    text = text_of(number)
    return f"({text})" if number < 0 else text
