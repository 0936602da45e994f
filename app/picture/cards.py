"""A visible card in; its texts and the size they need, out."""

from __future__ import annotations

import dataclasses
import math

from app.graph import FILLS, Edge, Graph, Node, Scope, Tensor, Thumb, Value
from app.layout.fold import Card, Fold
from app.numbers import brief, shape_of, sign_of
from app.picture.measure import fitted, fitted_path, width
from app.picture.thumbs import CARDS, said, size_of, thumb_of
from app.words import say

#: px; heights leave room for name, value and gradient
PAD, LEAST, MOST, HEIGHT = 14.0, 92.0, 230.0, 76.0
#: px of a card with two heatmaps, and between a line and its heatmap
TALL, GAP = 96.0, 12.0
NAME, SMALL, VALUE = 14.0, 11.0, 15.0
#: widest text of a contribution, px
PILL = 136.0


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
    thumbs: tuple[Thumb | None, Thumb | None] = (None, None)
    #: what each heatmap shows
    captions: tuple[str, str] = ("", "")


def main_output(node: Node) -> Tensor | None:
    """The output a card speaks of: the first with a gradient, else the first."""
    for output in node.outputs:
        if output.gradient is not None:
            return output
    return node.outputs[0] if node.outputs else None


def pill_text(value: Value, shape: list[int]) -> str:
    """What an edge carries, in at most PILL px: a long shape goes before a digit of the number."""
    text = brief(value, shape)
    if width(text, SMALL + 1) > PILL and " |·| " in text:
        text = f"|·| {text.rpartition(' |·| ')[2]}"
    return fitted(text, SMALL + 1, PILL)


def gradient_text(value: Value | None, shape: list[int]) -> str:
    """∂ −0.0817, or nothing."""
    return "" if value is None else f"∂ {brief(value, shape)}"


def face_of(node: Node, lang: str, thumbs: bool = True) -> Face:
    """The face of a node's card, with or without heatmaps."""
    output = main_output(node)
    first = node.outputs[0] if node.outputs else None
    value = brief(first.value, first.shape) if first else say("picture.failed", lang)
    gradient = gradient_text(output.gradient, output.shape) if output else ""
    sign = node.symbol if node.kind == "op" else say(f"picture.{node.kind}", lang)
    title = node.name or (node.symbol if node.kind == "op" else sign)
    if title == sign:
        sign = ""
    kind = "failed" if node.failed else node.kind
    face = Face(title, sign, value, gradient, kind, 0, _alt(node, value, gradient, lang))
    face.tone = sign_of(first.value) if first else None
    face.gradient_tone = sign_of(output.gradient) if output else None
    if thumbs and first and output:
        _add_thumbs(face, first, output, lang)
    return _sized(face)


def _add_thumbs(face: Face, first: Tensor, output: Tensor, lang: str) -> None:
    found = (thumb_of(first), thumb_of(output, gradient=True))
    shapes = (first.shape, output.shape)
    face.thumbs = found
    captions = [said(one, s, lang) if one else "" for one, s in zip(found, shapes, strict=True)]
    face.captions = (captions[0], captions[1])
    if found[1] is not None:
        face.height = TALL


def _sized(face: Face) -> Face:
    room = MOST - 2 * PAD
    sign_size = _sign_size(face)
    face.sign = fitted(face.sign, sign_size, room * 0.6)
    sign_width = width(face.sign, sign_size) if face.sign else 0
    fit = fitted if " " in face.title else fitted_path
    face.title = fit(face.title, NAME, room - sign_width - 12, bold=True)
    face.value = fitted(face.value, VALUE, room)
    face.gradient = fitted(face.gradient, 13, room)
    top = width(face.title, NAME, True) + (12 + sign_width if face.sign else 0)
    beside = [size_of(thumb)[0] + GAP if thumb else 0.0 for thumb in face.thumbs]
    value = width(face.value, VALUE) + beside[0]
    widest = max(top, value, width(face.gradient, 13) + beside[1])
    face.width = (
        math.ceil(10 * max(LEAST, widest + 2 * PAD)) / 10
    )  # rounded down, the line would not fit
    return face


def _sign_size(face: Face) -> float:
    return SMALL if face.kind in ("parameter", "input", "constant", "buffer") else NAME


def _alt(node: Node, value: str, gradient: str, lang: str) -> str:
    name = node.name or node.op
    said = name if name == node.op else f"{name}, {node.op}"
    text = say("picture.alt", lang, name=said, value=value)
    if gradient:
        text += " " + say("picture.alt_gradient", lang, value=gradient.removeprefix("∂ "))
    return text


def folded_face(
    card: Card, nodes: list[Node], ends: list[Scope], given: Tensor | None, lang: str
) -> Face:
    """The face of a folded scope, or of several equal ones (`ends` are the first and the last): its
    name, how much it holds, the shape of what it gives, its parameters, its health."""
    count = sum(1 for node in nodes if node.kind == "op")
    parameters = sum(o.value.numel for n in nodes if n.kind == "parameter" for o in n.outputs[:1])
    scope = ends[0] if ends else None
    title = (scope.path if scope else "…") or "…"
    sign = scope.type if scope and scope.type not in ("loop", "function", scope.path) else ""
    if len(title) + len(sign) > 22:
        sign = ""  # the path says more than the type
    if card.count > 1 and scope:
        title, sign = _range(scope, ends[-1]), f"× {card.count:,}"
    value = say("picture.folded" if count != 1 else "picture.folded_one", lang, count=f"{count:,}")
    if given is not None and given.shape:
        told = f"→ [{shape_of(given.shape)}]"
        is_room = width(f"{value} {told}", VALUE) <= MOST - 2 * PAD
        value = f"{value} {told}" if is_room else told
    extra = say("picture.parameters", lang, count=f"{parameters:,}") if parameters else ""
    bad = any(
        o.value.nan or (o.value.inf and n.op.rstrip("_") not in FILLS)
        for n in nodes
        for o in n.outputs
    )
    gradient = "NaN/∞" if bad else extra
    face = Face(title, sign, value, gradient, "folded", 0, f"{title}: {value}. {extra}")
    return _sized(face)


def _range(first: Scope, last: Scope) -> str:
    """What a run of equal scopes is called: `net.blocks 0–11`, `i 1–100`, or one name for all."""
    if first.path == last.path:
        return first.path
    base = first.path.partition("[")[0]
    if first.type != "iteration":
        base = first.path.removesuffix(first.name).rstrip(".")
    return f"{base} {first.name}–{last.name}".strip()


def faces_of(graph: Graph, fold: Fold, lang: str, thumbs: bool = True) -> dict[str, Face]:
    """card id → face; a crowd of cards has no heatmaps."""
    thumbs = thumbs and len(fold.cards) <= CARDS
    by_id = graph.node_of
    scopes = {scope.id: scope for scope in graph.scopes}
    given = _given(graph, fold)
    faces = {}
    for card in fold.cards:
        if card.folded:
            group = fold.groups.get(card.folded)
            ids = [group.members[0], group.members[-1]] if group else [card.folded]
            nodes = [by_id[node] for node in card.nodes]
            ends = [scopes[scope] for scope in ids if scope in scopes]
            faces[card.id] = folded_face(card, nodes, ends, given.get(card.id), lang)
        else:
            faces[card.id] = face_of(by_id[card.id], lang, thumbs)
    return faces


def crowded(graph: Graph, fold: Fold) -> bool:
    """Whether heatmaps are left out because the cards are too many."""
    if len(fold.cards) <= CARDS:
        return False
    shown = (graph.node_of[card.id] for card in fold.cards if not card.folded)
    return any(thumb_of(node.outputs[0]) for node in shown if node.outputs)


def _given(graph: Graph, fold: Fold) -> dict[str, Tensor]:
    """folded card → the last output that leaves it."""
    folded = {card.id for card in fold.cards if card.folded}
    found = {}
    for link in fold.links:
        if link.source in folded:
            source = graph.edge_of[link.edges[-1]].source
            found[link.source] = graph.node_of[source.node].outputs[source.output]
    return found


def label_width(edges: list[Edge], nodes: dict[str, Node]) -> float:
    """Room for the number an edge will carry backwards, or for the count of several, px; 0 where
    there is none."""
    if len(edges) > 1:
        is_any = any(edge.contribution is not None for edge in edges)
        return width(f"× {len(edges)}", SMALL + 1) + 18 if is_any else 0.0
    widest = 0.0
    for edge in edges:
        outputs = nodes[edge.source.node].outputs
        if edge.contribution is not None and edge.source.output < len(outputs):
            shape = outputs[edge.source.output].shape
            widest = max(widest, width(pill_text(edge.contribution, shape), SMALL + 1) + 18)
    return min(widest, 150)
