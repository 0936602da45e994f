"""A Graph and what is visible of it in; the part of the Graph a page needs for that, out."""

from __future__ import annotations

import msgspec

from app.graph import Graph
from app.layout.fold import Fold

#: nodes up to which a page is given the whole graph
WHOLE = 1_500
#: parameters a page is told of, folded away or not
PARAMETERS = 2_000


def part_of(graph: Graph, fold: Fold) -> Graph:
    """The whole graph where it is small; else the nodes of open cards, the parameters, the root,
    the last value of every variable, the edges between them, and no passes: the picture has them."""
    if len(graph.nodes) <= WHOLE:
        return graph
    wanted = {node for card in fold.cards if not card.folded for node in card.nodes}
    wanted |= set([node.id for node in graph.nodes if node.kind == "parameter"][:PARAMETERS])
    wanted |= {graph.root or ""}
    wanted |= set({(b.name, b.span.line): b.node for b in graph.bindings}.values())
    nodes = [node for node in graph.nodes if node.id in wanted]
    kept = {node.id for node in nodes}
    edges = [e for e in graph.edges if e.source.node in kept and e.target.node in kept]
    near = {scope for node in nodes for scope in _around(node.scope, fold)}
    near |= {card.folded for card in fold.cards if card.folded}
    scopes = [scope for scope in graph.scopes if scope.id in near]
    return msgspec.structs.replace(graph, nodes=nodes, edges=edges, scopes=scopes, passes=[])


def _around(scope: str | None, fold: Fold) -> list[str]:
    found = []
    while scope in fold.scopes and scope is not None:
        found.append(scope)
        scope = fold.scopes[scope].parent
    return found
