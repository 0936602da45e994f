"""Passes over visible marks in; the steps of the timeline, each as changes to marks, out."""

from __future__ import annotations

from app.graph import CLIPPINGS, Graph, Pass, Step, Value
from app.layout.fold import Fold
from app.numbers import sign_of, text_of
from app.picture.cards import PAD, Face, gradient_text, pill_text
from app.picture.marks import Change, Mark, PictureStep
from app.picture.measure import fitted
from app.words import say

#: contributions that are not told: the sum of the others is not the gradient
UNTOLD = ("unrecorded", "left_out", "inside", "versions")


class Timeline:
    """Walks the passes once; remembers what is active, what has arrived and what is still due."""

    def __init__(
        self, graph: Graph, fold: Fold, marks: list[Mark], faces: dict[str, Face], lang: str
    ) -> None:
        self.graph = graph
        self.lang = lang
        self.faces = faces
        self.ids = {mark.id: mark for mark in marks}
        self.frames: dict[str | None, list[str]] = {}
        for mark in marks:
            if mark.role in ("scope", "scope-label"):
                self.frames.setdefault(mark.scope, []).append(mark.id)
        self.nodes, self.edges = graph.node_of, graph.edge_of
        self.card_of = {node: card for card in fold.cards for node in card.nodes}
        self.link_of = {edge: link.id for link in fold.links for edge in link.edges}
        self.shown = frozenset(self.link_of)
        self.merged = {link.id for link in fold.links if len(link.edges) > 1}
        self.around = {scope.id: scope.parent for scope in fold.scopes.values()}
        self.active: list[str] = []
        self.entered: set[str] = set()
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
        for steps in self._together(one):
            changes = self._settle()
            seen = [steps[0]] + [s for s in steps[1:] if not self.shown.isdisjoint(s.edges)]
            if one.kind == "backward":
                changes += [change for step in seen for change in self.backward(step)]
            else:
                changes += self.forward(seen)
            span = self.nodes[steps[-1].node].span
            card = self.card_of[steps[0].node]
            links = [self.link_of[e] for step in seen for e in step.edges if e in self.link_of]
            self.steps.append(
                PictureStep(
                    kind=one.kind,
                    pass_index=index,
                    node=card.id,
                    edges=list(dict.fromkeys(links)),
                    text=self._sentence(one, steps),
                    line=span.line if span else None,
                    changes=_last(changes) if len(steps) > 1 else changes,
                    flows=self._flows(one, seen),
                )
            )

    def _together(self, one: Pass) -> list[list[Step]]:
        """Steps in a row inside one folded card are one step of the picture."""
        found: list[list[Step]] = []
        last = None
        for step in one.steps:
            card = self.card_of[step.node]
            if found and card.folded and card is last:
                found[-1].append(step)
            else:
                found.append([step])
            last = card
        return found

    def _sentence(self, one: Pass, steps: list[Step]) -> str:
        """The step's own sentence; of several, how many ops of which scope."""
        if len(steps) == 1:
            return steps[0].text
        title = self.faces[self.card_of[steps[0].node].id].title
        return say(f"picture.inside_{one.kind}", self.lang, name=title, count=len(steps))

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
        changes = [Change(mark=mark, phase="done") for mark in dict.fromkeys(self.active)]
        self.active = []
        return changes

    def _activate(
        self, mark: str, text: str | None = None, tone: int | None = None
    ) -> list[Change]:
        if mark not in self.ids:
            return []
        self.active.append(mark)
        return [Change(mark=mark, phase="active", text=text, tone=tone)]

    def _enter(self, scope: str | None) -> list[Change]:
        """The boxes around a card stand from its first step on."""
        changes = []
        while scope is not None and scope not in self.entered:
            self.entered.add(scope)
            changes += [Change(mark=mark, phase="done") for mark in self.frames.get(scope, [])]
            scope = self.around.get(scope)
        return changes

    def forward(self, steps: list[Step]) -> list[Change]:
        """The node, or nodes of one card, get their values, read over their edges."""
        card = self.card_of[steps[0].node]
        changes = self._enter(card.scope)
        for role in ("card", "name", "symbol", "value", "thumb"):
            changes += self._activate(f"{card.id}.{role}")
        if card.folded:
            changes += self._activate(f"{card.id}.gradient")
        read = (self.link_of.get(edge) for step in steps for edge in step.edges)
        for link in dict.fromkeys(read):
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
                    room = self.ids[f"{card.id}.card"].width - 2 * PAD
                    text = fitted(gradient_text(value, node.outputs[k].shape), 13, room)
                    changes += self._activate(f"{card.id}.gradient", text, sign_of(value))
                    changes += self._thumb(card.id, value == node.outputs[k].gradient)
                    break
        for edge, value in zip(step.edges, step.contributions, strict=False):
            changes += self._send(edge, value)
        return changes

    def _thumb(self, card: str, is_last: bool) -> list[Change]:
        """The heatmap is of the last gradient: while another is shown, there is none."""
        mark = f"{card}.gradient_thumb"
        if is_last or mark not in self.ids:
            return self._activate(mark)
        return [Change(mark=mark, phase="hidden")]

    def _send(self, edge: str, value: Value | None) -> list[Change]:
        link = self.link_of.get(edge)
        if link is None:
            return []
        source = self.edges[edge].source
        node, card = self.nodes[source.node], self.card_of[source.node]
        changes = self._activate(f"{link}.edge") + self._activate(f"{link}.head")
        if value is not None:
            shape = node.outputs[source.output].shape
            pill = None if link in self.merged else pill_text(value, shape)
            changes += self._activate(f"{link}.contribution", pill, sign_of(value))
            self.arrived.setdefault((source.node, source.output), []).append(value)
        changes += self._count_down(card.id)
        if not card.folded:
            changes += self._sum(card.id, source.node, source.output)
        return changes

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
        if self.nodes[node].outputs[output].rest_because in UNTOLD:
            return self._activate(
                f"{card}.sum", say("picture.sum_open", self.lang, count=len(values))
            )
        if all(v.numel == 1 and v.data is not None for v in values):
            numbers = [_number(v) for v in values]
            if all(isinstance(n, (int, float)) for n in numbers):
                total = text_of(sum(numbers))
                shown = " + ".join(_signed(n) for n in numbers[:4])
                text = f"{shown} = {total}" if len(numbers) <= 4 else f"Σ {len(numbers)} = {total}"
                return self._activate(f"{card}.sum", text)
        return self._activate(f"{card}.sum", say("picture.sum", self.lang, count=len(values)))

    def _flows(self, one: Pass, steps: list[Step]) -> list[tuple[str, str]]:
        """The pulses of these steps; of several along one edge drawn, the last."""
        last: dict[str, tuple[Step, int]] = {}
        for step in steps:
            for k, edge in enumerate(step.edges):
                if (link := self.link_of.get(edge)) is not None:
                    last[link] = (step, k)
        return [(link, self._carried(one, *where)) for link, where in last.items()]

    def _carried(self, one: Pass, step: Step, k: int) -> str:
        """What the pulse along edge `k` of a step carries."""
        source = self.edges[step.edges[k]].source
        output = self.nodes[source.node].outputs[source.output]
        if one.kind == "update" and self.nodes[step.node].op in CLIPPINGS:
            value = step.gradients[k] if k < len(step.gradients) else None
        elif one.kind == "backward":
            value = step.contributions[k] if k < len(step.contributions) else None
        else:
            value = output.value
        return pill_text(value, output.shape) if value is not None else ""


def _last(changes: list[Change]) -> list[Change]:
    """Of several changes of one mark in one step, the last."""
    kept = {change.mark: change for change in changes}
    return list(kept.values())


def _number(value: Value) -> float:
    content = value.data
    while isinstance(content, list):
        content = content[0]
    number: float = content
    return number


def _signed(number: float) -> str:
    text = text_of(number)
    return f"({text})" if number < 0 else text
