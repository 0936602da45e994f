"""A Plan (sizes only) in; Graphviz's placement of it, left to right, as a Layout, out.

Graphviz sees nothing but ids and numbers of ours, so no text of a user reaches its parser."""

from __future__ import annotations

import math
import warnings
from typing import Any

from app.layout.layout import Box, Layout, Plan, Route
from app.layout.span import span_of

#: px per Graphviz inch, and the margin around everything, px
INCH, MARGIN = 72.0, 28.0
LABEL_HEIGHT = 22
#: rounds Graphviz may take to place what it ranks and what it aligns, for each card: without end it
#: spends minutes on a value that a hundred ops read, and places them no better
ROUNDS = "nslimit=4 nslimit1=4 splines=true"
#: links, altogether and for each card, from which a graph is a thicket nobody follows line by line;
#: it is placed roughly and its edges are straight
THICKET, THICK = 200, 2.5
#: ranks that all links together pass, from which that is so, too
FAR = 6000
ROUGH = "nslimit=0.5 nslimit1=1 mclimit=0.1 splines=line"
#: inches between ranks of a picture that flows downwards, without and with sums under its cards
DOWN = (0.4, 0.56)


def lay_out(plan: Plan) -> Layout:
    """Place every card, edge and scope. Raises OSError where Graphviz gives up."""
    if not plan.cards:
        return Layout(cards={}, routes={}, scopes={}, width=2 * MARGIN, height=2 * MARGIN)
    import pygraphviz

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = pygraphviz.AGraph(string=source_of(plan))
        graph.layout(prog="dot")
    return _read(graph, plan)


def scale_in(layout: Layout, room: tuple[float, float]) -> float:
    """How large all of it can be drawn in `room` (px)."""
    return min(room[0] / layout.width, room[1] / layout.height)


def source_of(plan: Plan) -> str:
    """The DOT text of a plan; cards become c0, c1 … so that nothing else is in it."""
    names = {card[0]: f"c{k}" for k, card in enumerate(plan.cards)}
    pains = ROUGH if _is_thicket(plan) else ROUNDS
    ranks = 0.28 if plan.tight else DOWN[_has_sums(plan)] if plan.down else 0.62
    lines = [
        "digraph {",
        f"graph [rankdir={'TB' if plan.down else 'LR'} nodesep=0.34 ranksep={ranks} {pains}];",
        'node [shape=box fixedsize=true label="" margin=0];',
        "edge [arrowhead=none];",
    ]
    for name, width, height, _ in plan.cards:
        lines.append(f"{names[name]} [width={width / INCH:.3f} height={height / INCH:.3f}];")
    lines += _clusters(plan, names)
    for rank, ends in (("source", plan.first), ("sink", plan.last)):
        if ends:
            lines.append(f"{{rank={rank}; {' '.join(names[name] for name in ends)}}}")
    for k, (_, source, target, label) in enumerate(plan.links):
        side = (
            " tailport=e" if source in plan.first else " headport=w" if target in plan.last else ""
        )
        lines.append(f"{names[source]} -> {names[target]} [key=e{k}{side} {_label(label)}];")
    lines.append("}")
    return "\n".join(lines)


def _is_thicket(plan: Plan) -> bool:
    links = [(source, target) for _, source, target, _ in plan.links]
    is_dense = len(links) > max(THICKET, THICK * len(plan.cards))
    return is_dense or span_of([card[0] for card in plan.cards], links) > FAR


def _has_sums(plan: Plan) -> bool:
    """Whether a card is sent several contributions: their sum stands under it."""
    sources = [source for _, source, _, label in plan.links if label > 0]
    return len(set(sources)) < len(sources)


def _label(width: float) -> str:
    if width <= 0:
        return ""
    cell = f'<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{LABEL_HEIGHT}">'
    return f"label=<{cell}<TR><TD></TD></TR></TABLE>>"


def _clusters(plan: Plan, names: dict[str, str]) -> list[str]:
    children: dict[str | None, list[str]] = {}
    for scope, parent in plan.scopes:
        children.setdefault(parent, []).append(scope)
    inside: dict[str | None, list[str]] = {}
    for name, _, _, around in plan.cards:
        inside.setdefault(around, []).append(names[name])
    order = {scope: k for k, (scope, _) in enumerate(plan.scopes)}

    def block(scope: str) -> list[str]:
        lines = [f"subgraph cluster_{order[scope]} {{ margin=18;"]
        lines += [f"{card};" for card in inside.get(scope, [])]
        for child in children.get(scope, []):
            lines += block(child)
        # an empty label keeps room for the scope's name
        table = (
            '<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="40" HEIGHT="16"><TR><TD></TD></TR></TABLE>'
        )
        return [*lines, f"label=<{table}>; labeljust=l;", "}"]

    return [line for scope in children.get(None, []) for line in block(scope)]


def _read(graph: Any, plan: Plan) -> Layout:
    box = [float(n) for n in graph.graph_attr["bb"].split(",")]
    width, height = box[2] - box[0] + 2 * MARGIN, box[3] - box[1] + 2 * MARGIN

    def place(x: str, y: str) -> tuple[float, float]:
        return (round(float(x) - box[0] + MARGIN, 1), round(box[3] - float(y) + MARGIN, 1))

    cards = {}
    for k, (name, w, h, _) in enumerate(plan.cards):
        x, y = place(*graph.get_node(f"c{k}").attr["pos"].split(","))
        cards[name] = Box(x=x - w / 2, y=y - h / 2, width=w, height=h)
    edges = {key: graph.get_edge(a, b, key) for a, b, key in graph.edges(keys=True)}
    routes = {}
    for k, (name, _, target, _) in enumerate(plan.links):
        routes[name] = _route(edges[f"e{k}"], place, cards[target])
    return Layout(
        cards=cards, routes=routes, scopes=_scopes(graph, plan, place), width=width, height=height
    )


def _route(edge: Any, place: Any, target: Box) -> Route:
    spline = edge.attr["pos"].split(";")[0]
    points = [place(*p.split(",")[-2:]) for p in spline.split() if not p.startswith(("e,", "s,"))]
    tip = points[-1]
    before = next((p for p in reversed(points[:-1]) if math.dist(p, tip) > 0.5), points[0])
    length = math.dist(before, tip) or 1.0
    direction = ((tip[0] - before[0]) / length, (tip[1] - before[1]) / length)
    end = (tip[0] - 8 * direction[0], tip[1] - 8 * direction[1])
    middle = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*points[1:-1], end])
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}C{middle}"
    label = edge.attr["lp"]
    return Route(
        path=path,
        label=place(*label.split(",")) if label else None,
        tip=tip,
        direction=(round(direction[0], 4), round(direction[1], 4)),
    )


def _scopes(graph: Any, plan: Plan, place: Any) -> dict[str, list[Box]]:
    found = {}
    for k, (scope, _) in enumerate(plan.scopes):
        cluster = _cluster(graph, f"cluster_{k}")
        if cluster is None or not cluster.graph_attr["bb"]:
            continue
        x0, y0, x1, y1 = cluster.graph_attr["bb"].split(",")
        left, bottom = place(x0, y0)
        right, top = place(x1, y1)
        found[scope] = [Box(x=left, y=top, width=right - left, height=bottom - top)]
    return found


def _cluster(graph: Any, name: str) -> Any:
    for child in graph.subgraphs():
        if child.name == name:
            return child
        inner = _cluster(child, name)
        if inner is not None:
            return inner
    return None
