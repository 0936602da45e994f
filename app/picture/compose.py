"""Graph, fold, layout and faces in; the flat list of marks, back to front, out."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from app.graph import Graph
from app.layout.fold import Fold
from app.layout.layout import Box, Layout, Plan, Route
from app.picture.cards import NAME, PAD, SMALL, VALUE, Face, label_width, pill_text
from app.picture.marks import Mark, PictureStep
from app.picture.measure import width
from app.picture.thumbs import size_of
from app.words import say

#: px a sum keeps from the picture's edge
SLIP = 10.0


def plan_of(graph: Graph, fold: Fold, faces: dict[str, Face]) -> Plan:
    """The sizes a layout needs."""
    edges = graph.edge_of
    boxes = set(fold.boxes)
    parents = {scope.id: scope.parent for scope in fold.scopes.values()}

    def boxed(scope: str | None) -> str | None:
        while scope is not None and scope not in boxes:
            scope = parents.get(scope)
        return scope

    return Plan(
        cards=[
            (card.id, faces[card.id].width, faces[card.id].height, boxed(card.scope))
            for card in fold.cards
        ],
        links=[
            (k.id, k.source, k.target, label_width([edges[e] for e in k.edges], graph.node_of))
            for k in fold.links
        ],
        scopes=[(scope, boxed(parents.get(scope))) for scope in fold.boxes],
    )


def marks_of(
    graph: Graph, fold: Fold, layout: Layout, faces: dict[str, Face], lang: str
) -> list[Mark]:
    """Scopes, then edges, then cards, then what floats above them."""
    marks: list[Mark] = []
    for scope in fold.boxes:
        drawn = fold.scopes[scope]
        for k, box in enumerate(layout.scopes.get(scope, [])):
            marks += scope_marks(scope, drawn.kind, drawn.path, box, k)
    edges, nodes = graph.edge_of, graph.node_of
    above: list[Mark] = []
    for link in fold.links:
        edge = edges[link.edges[0]]
        text = ""
        if len(link.edges) == 1 and edge.contribution is not None:
            text = pill_text(
                edge.contribution, nodes[edge.source.node].outputs[edge.source.output].shape
            )
        elif any(edges[e].contribution for e in link.edges):
            text = f"× {len(link.edges)}"
        names = (faces[link.source].title, faces[link.target].title)
        alt = say("picture.alt_edge", lang, source=names[0], target=names[1])
        lines, pills = edge_marks(link.id, layout.routes[link.id], text, alt)
        marks += lines
        above += pills
    for card in fold.cards:
        marks += card_marks(card.id, layout.cards[card.id], faces[card.id], card.folded)
    return marks + above


def inside(marks: list[Mark], steps: list[PictureStep], wide: float) -> list[Mark]:
    """The marks with every sum below its card, moved aside where it would leave the picture (px)."""
    longest: dict[str, float] = {}
    sums = {mark.id: mark for mark in marks if mark.role == "sum"}
    for change in (change for step in steps for change in step.changes if change.text):
        if mark := sums.get(change.mark):
            half = width(change.text or "", mark.size, bold=True) / 2 + SLIP
            longest[mark.id] = max(half, longest.get(mark.id, 0.0))
    return [
        structs.replace(mark, x=_between(longest[mark.id], mark.x, wide - longest[mark.id]))
        if mark.id in longest
        else mark
        for mark in marks
    ]


def _between(least: float, x: float, most: float) -> float:
    """The middle where there is no room at all."""
    return max(least, min(x, most)) if least <= most else (least + most) / 2


def scope_marks(scope: str, kind: str, name: str, box: Box, row: int = 0) -> list[Mark]:
    """The box around a scope, and its name; again in every `row` it goes on in."""
    again = str(row + 1) if row else ""
    return [
        Mark(
            id=f"{scope}.scope{again}",
            role="scope",
            scope=scope,
            kind=kind,
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            alt=name,
        ),
        Mark(
            id=f"{scope}.label{again}",
            role="scope-label",
            scope=scope,
            kind=kind,
            x=box.x + 12,
            y=box.y + 18,
            width=0,
            height=0,
            text=f"… {name}"[:60] if row else name[:60],
            size=SMALL + 1,
            anchor="start",
        ),
    ]


def edge_marks(edge: str, route: Route, text: str, alt: str) -> tuple[list[Mark], list[Mark]]:
    """The path and its head; the pill for what it carries backwards."""
    tip, (dx, dy) = route.tip, route.direction
    back = (tip[0] - 9 * dx, tip[1] - 9 * dy)
    head = (
        f"M{tip[0]:.1f},{tip[1]:.1f}L{back[0] - 4.2 * dy:.1f},{back[1] + 4.2 * dx:.1f}"
        f"L{back[0] + 4.2 * dy:.1f},{back[1] - 4.2 * dx:.1f}Z"
    )
    place: dict[str, Any] = {"x": tip[0], "y": tip[1], "width": 0.0, "height": 0.0}
    lines = [
        Mark(id=f"{edge}.edge", role="edge", edge=edge, path=route.path, alt=alt, **place),
        Mark(id=f"{edge}.head", role="arrowhead", edge=edge, path=head, **place),
    ]
    if route.label is None or not text:
        return lines, []
    wide = width(text, 12) + 14
    pill = Mark(
        id=f"{edge}.contribution",
        role="contribution",
        edge=edge,
        x=route.label[0] - wide / 2,
        y=route.label[1] - 10,
        width=wide,
        height=20,
        text=text,
        size=12,
        alt=alt,
    )
    return lines, [pill]


def card_marks(card: str, box: Box, face: Face, folded: str | None) -> list[Mark]:
    """The body and its lines of text."""
    left, right = box.x + PAD, box.x + box.width - PAD
    common = {"node": None if folded else card, "scope": folded, "kind": face.kind}

    def line(role: str, x: float, y: float, text: str, size: float, **more: object) -> Mark:
        place = {"x": x, "y": box.y + y, "width": 0.0, "height": 0.0}
        return Mark(id=f"{card}.{role}", role=role, text=text, size=size, **place, **common, **more)  # type: ignore[arg-type]

    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    rows = (49 if face.thumbs[0] else 44, 79 if face.thumbs[1] else 66 if face.thumbs[0] else 64)
    sign = SMALL if face.kind in ("parameter", "input", "constant", "buffer", "folded") else NAME
    marks = [
        Mark(id=f"{card}.card", role="card", alt=face.alt, **size, **common),  # type: ignore[arg-type]
        line("name", left, 22, face.title, NAME, anchor="start", bold=True),
        line("symbol", right, 22, face.sign, sign, anchor="end"),
        line("value", left, rows[0], face.value, VALUE, anchor="start", tone=face.tone),
        line("gradient", left, rows[1], face.gradient, 13, anchor="start", tone=face.gradient_tone),
    ]
    marks += thumb_marks(card, face, right, [box.y + row - 5 for row in rows])
    marks.append(line("due", box.x + box.width, 0, "", SMALL, bold=True))
    marks.append(line("sum", box.x + box.width / 2, box.height + 16, "", 12))
    return marks


def thumb_marks(card: str, face: Face, right: float, middles: list[float]) -> list[Mark]:
    """The heatmaps of value and gradient, beside their lines."""
    found = []
    for k, one in enumerate(face.thumbs):
        if one is not None:
            wide, tall = size_of(one)
            found.append(
                Mark(
                    id=f"{card}.{('thumb', 'gradient_thumb')[k]}",
                    role="thumb",
                    node=card,
                    kind=face.kind,
                    x=right - wide,
                    y=middles[k] - tall / 2,
                    width=wide,
                    height=tall,
                    levels=one.levels,
                    alt=face.captions[k],
                )
            )
    return found
