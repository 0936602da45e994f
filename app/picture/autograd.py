"""torchviz's graph of a run in; a Picture of it in our marks, playing the backward passes, out."""

from __future__ import annotations

from typing import Any

from app.graph import AutogradView, Graph
from app.layout.layout import Layout, Plan
from app.layout.roomiest import roomiest
from app.picture.cards import NAME, PAD, SMALL
from app.picture.compose import edge_marks
from app.picture.marks import Change, Mark, Picture, PictureStep
from app.picture.measure import fitted, width
from app.words import say

HEIGHT = 50.0


def autograd_picture(
    view: AutogradView,
    graph: Graph,
    lang: str,
    room: tuple[float, float] | None = None,
    is_slide: bool = False,
) -> Picture:
    """Boxes as torchviz names them; a step lights the boxes of the program node it is about."""
    sizes = {node.id: _size(node.label) for node in view.nodes}
    known = [(a, b) for a, b in view.edges if a in sizes and b in sizes]
    plan = Plan(
        cards=[(node.id, sizes[node.id], HEIGHT, None) for node in view.nodes],
        links=[(f"v{k}", a, b, 0.0) for k, (a, b) in enumerate(known)],
        scopes=[],
    )
    layout = roomiest(plan, room, is_slide)
    marks = _marks(view, known, layout, lang)
    return Picture(
        width=layout.width,
        height=layout.height,
        marks=marks,
        steps=_steps(view, known, graph, marks, lang),
    )


def _lines(label: str) -> tuple[str, str]:
    first, _, rest = label.partition("\n")
    return fitted(first.strip() or rest.strip(), NAME, 210, True), (
        fitted(rest.strip(), SMALL, 210) if first.strip() else ""
    )


def _size(label: str) -> float:
    first, second = _lines(label)
    return max(width(first, NAME, True), width(second, SMALL), 50) + 2 * PAD


def _marks(
    view: AutogradView, known: list[tuple[str, str]], layout: Layout, lang: str
) -> list[Mark]:
    labels = {node.id: _lines(node.label)[0] for node in view.nodes}
    marks: list[Mark] = []
    for k, (a, b) in enumerate(known):
        alt = say("picture.alt_edge", lang, source=labels[a], target=labels[b])
        marks += edge_marks(f"v{k}", layout.routes[f"v{k}"], "", alt)[0]
    kinds = {"leaf": "parameter", "root": "input", "op": "op", "saved": "constant"}
    for node in view.nodes:
        box, kind = layout.cards[node.id], kinds[node.kind]
        first, second = _lines(node.label)
        size: dict[str, Any] = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        marks.append(
            Mark(
                id=f"{node.id}.card", role="card", node=node.node, kind=kind, alt=node.label, **size
            )
        )
        middle = box.y + (30 if not second else 22)
        for role, y, text, points in (
            ("name", middle, first, NAME),
            ("symbol", box.y + 39, second, SMALL),
        ):
            place: dict[str, Any] = {
                "x": box.x + box.width / 2,
                "y": y,
                "width": 0.0,
                "height": 0.0,
            }
            marks.append(
                Mark(
                    id=f"{node.id}.{role}",
                    role=role,  # type: ignore[arg-type]
                    node=node.node,
                    kind=kind,
                    text=text,
                    size=points,
                    bold=role == "name",
                    **place,
                )  # type: ignore[arg-type]
            )
    return marks


def _steps(
    view: AutogradView, known: list[tuple[str, str]], graph: Graph, marks: list[Mark], lang: str
) -> list[PictureStep]:
    boxes: dict[str, list[str]] = {}
    for node in view.nodes:
        if node.node:
            boxes.setdefault(node.node, []).append(node.id)
    first = [Change(mark=mark.id, phase="waiting") for mark in marks]
    text = say("picture.start", lang)
    steps = [
        PictureStep(
            kind="backward", pass_index=-1, node=None, edges=[], text=text, line=None, changes=first
        )
    ]
    spans = {node.id: node.span for node in graph.nodes}
    active: list[str] = []
    for index, one in enumerate(graph.passes):
        for step in one.steps if one.kind == "backward" else []:
            found = boxes.get(step.node, [])
            changes = [Change(mark=mark, phase="done") for mark in active]
            active = [f"{box}.{role}" for box in found for role in ("card", "name", "symbol")]
            links = [f"v{k}" for k, (_, b) in enumerate(known) if b in found]
            active += [f"{link}.{part}" for link in links for part in ("edge", "head")]
            changes += [Change(mark=mark, phase="active") for mark in active]
            span = spans.get(step.node)
            steps.append(
                PictureStep(
                    kind="backward",
                    pass_index=index,
                    node=step.node,
                    edges=links,
                    text=step.text,
                    line=span.line if span else None,
                    changes=changes,
                    flows=[(link, "") for link in links],
                )
            )
    return steps
