"""A visible card in; its texts and the size they need, out."""

from __future__ import annotations

import dataclasses

from app.graph import Edge, Graph, Node, Tensor, Value
from app.layout.fold import Card, Fold
from app.numbers import brief, sign_of
from app.picture.measure import fitted, width
from app.words import say

#: px; heights leave room for name, value and gradient
PAD, LEAST, MOST, HEIGHT = 14.0, 92.0, 230.0, 76.0
NAME, SMALL, VALUE = 14.0, 11.0, 15.0


@dataclasses.dataclass(slots=True)
class Face:
    """What a card shows: its title (left), its sign (right), value and gradient lines."""

    title: str
    sign: str
    value: str
    gradient: str
    kind: str
    width: float
    alt: str
    tone: int | None = None
    gradient_tone: int | None = None
    height: float = HEIGHT


def main_output(node: Node) -> Tensor | None:
    """The output a card speaks of: the first with a gradient, else the first."""
    for output in node.outputs:
        if output.gradient is not None:
            return output
    return node.outputs[0] if node.outputs else None


def gradient_text(value: Value | None, shape: list[int]) -> str:
    """∂ −0.0817, or nothing."""
    return "" if value is None else f"∂ {brief(value, shape)}"


def face_of(node: Node, lang: str) -> Face:
    """The face of a node's card."""
    output = main_output(node)
    first = node.outputs[0] if node.outputs else None
    value = brief(first.value, first.shape) if first else say("picture.failed", lang)
    gradient = gradient_text(output.gradient, output.shape) if output else ""
    sign = node.symbol if node.kind == "op" else say(f"picture.{node.kind}", lang)
    title = node.name or (node.symbol if node.kind == "op" else value)
    if title == sign:
        sign = ""
    kind = "failed" if node.failed else node.kind
    face = Face(title, sign, value, gradient, kind, 0, _alt(node, value, gradient, lang))
    face.tone = sign_of(first.value) if first else None
    face.gradient_tone = sign_of(output.gradient) if output else None
    return _sized(face)


def _sized(face: Face) -> Face:
    room = MOST - 2 * PAD
    sign_size = _sign_size(face)
    face.sign = fitted(face.sign, sign_size, room * 0.6)
    sign_width = width(face.sign, sign_size) if face.sign else 0
    face.title = fitted(face.title, NAME, room - sign_width - 12, bold=True)
    face.value = fitted(face.value, VALUE, room)
    face.gradient = fitted(face.gradient, 13, room)
    top = width(face.title, NAME, True) + (12 + sign_width if face.sign else 0)
    widest = max(top, width(face.value, VALUE), width(face.gradient, 13))
    face.width = round(max(LEAST, widest + 2 * PAD), 1)
    return face


def _sign_size(face: Face) -> float:
    return SMALL if face.kind in ("parameter", "input", "constant", "buffer") else NAME


def _alt(node: Node, value: str, gradient: str, lang: str) -> str:
    name = node.name or node.op
    text = say("picture.alt", lang, name=name, op=node.op, value=value)
    if gradient:
        text += " " + say("picture.alt_gradient", lang, value=gradient.removeprefix("∂ "))
    return text


def folded_face(card: Card, graph: Graph, lang: str) -> Face:
    """The face of a folded scope: its name, how much it holds, its parameters, its health."""
    scope = next((s for s in graph.scopes if s.id == card.folded), None)
    inside = set(card.nodes)
    nodes = [node for node in graph.nodes if node.id in inside]
    count = sum(1 for node in nodes if node.kind == "op")
    parameters = sum(o.value.numel for n in nodes if n.kind == "parameter" for o in n.outputs[:1])
    title = (scope.path if scope else "…") or "…"
    sign = scope.type if scope and scope.type not in ("loop", "function", scope.path) else ""
    if len(title) + len(sign) > 22:
        sign = ""  # the path says more than the type
    value = say("picture.folded", lang, count=count)
    extra = say("picture.parameters", lang, count=f"{parameters:,}") if parameters else ""
    bad = any(o.value.nan or o.value.inf for n in nodes for o in n.outputs)
    gradient = "NaN/∞" if bad else extra
    face = Face(title, sign, value, gradient, "folded", 0, f"{title}: {value}. {extra}")
    return _sized(face)


def faces_of(graph: Graph, fold: Fold, lang: str) -> dict[str, Face]:
    """card id → face."""
    by_id = {node.id: node for node in graph.nodes}
    return {
        card.id: folded_face(card, graph, lang) if card.folded else face_of(by_id[card.id], lang)
        for card in fold.cards
    }


def label_width(edges: list[Edge], graph: Graph) -> float:
    """Room for the widest number an edge will carry backwards, px; 0 where it carries none."""
    shapes = {node.id: node for node in graph.nodes}
    widest = 0.0
    for edge in edges:
        if edge.contribution is not None and edge.source.output < len(
            shapes[edge.source.node].outputs
        ):
            shape = shapes[edge.source.node].outputs[edge.source.output].shape
            widest = max(widest, width(brief(edge.contribution, shape), 12) + 18)
    return min(widest, 150)
