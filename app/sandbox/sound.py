"""A decoded reply in; the same reply out, once every name in it is known to lead somewhere.

The types are msgspec's business; this is what types cannot say: ids are plain and unique,
references resolve, scopes form a tree, elements are numbers, a problem has an end. Later stages may
then trust a Graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.errors import Problem
from app.explanations import Card, Curvature, Sliced, Unanswered
from app.graph import AutogradView, Edge, Graph, Node, Scope, Tensor, Thumb, Value
from app.protocol import Outcome, Reply, Sketch
from app.settings import settings
from app.thumb import COLUMNS, LEVELS, ROWS

#: what an id or a code may be: it stands in addresses, attributes and selectors as it is
PLAIN = re.compile(r"\w{1,60}", re.ASCII)
#: bits of the widest integer a tensor has
BITS = 64
#: texts a problem may consist of, and their characters for each byte of source the settings allow
TEXTS, TOLD_EACH = 500, 10
#: characters a name of a node or scope may have: it stands on its card, in its title, in the search
NAME_CHARS = 10_000
#: longest text standing for one element: "-inf", or a complex number in full
NUMBER_CHARS = 64
#: nodes a graph may have for each the settings allow: leaves of what is left out stay
NODES_EACH = 4
#: dimensions torch allows a tensor
RANK = 64
#: elements and lists a value of a graph may consist of: 64 elements, each in as many lists
TOLD = 64 * (RANK + 1)
#: the same of a slice, whose elements may be 4,096
SLICED = 4096 * (RANK + 1)


def check(reply: Reply) -> Reply:
    """Raises ValueError where something in `reply` leads nowhere."""
    if isinstance(reply, (Outcome, Unanswered)) and reply.problem is not None:
        _check_problem(reply.problem)
    if isinstance(reply, Outcome):
        _known(reply.graph is not None or reply.problem is not None, "an empty outcome")
        if reply.graph is not None:
            _check_graph(reply.graph)
        if reply.autograd is not None:
            _check_view(reply.autograd, reply.graph)
    elif isinstance(reply, Sketch):
        _known(0 <= reply.shown <= reply.events, "more shown than there is")
        _check_graph(reply.graph)
    elif isinstance(reply, Sliced):
        _check_value(reply.value, SLICED)
    elif isinstance(reply, Card):
        for value in (reply.upstream, reply.local, reply.contribution):
            _check_value(value)
    elif isinstance(reply, Curvature):
        _check_value(reply.gradient)
        for content in (reply.matrix, reply.jvp, reply.vjp):
            _check_nested(content, "a derivative")
    return reply


def _known(is_true: bool, what: str) -> None:
    if not is_true:
        raise ValueError(what)


def _unique(ids: Iterable[str], what: str) -> set[str]:
    every = list(ids)
    found = set(every)
    _known(len(found) == len(every), f"{what} twice")
    _known(all(map(PLAIN.fullmatch, every)), f"{what} with an odd id")
    return found


def _check_problem(problem: Problem) -> None:
    """It is remembered for a while, and shown on pages of others."""
    texts = [problem.message, problem.hint, *problem.frames, *problem.mends]
    texts += [problem.repair or "", problem.remains or ""]
    _known(PLAIN.fullmatch(problem.code) is not None, "a problem with an odd code")
    _known(len(texts) <= TEXTS, "a problem of too many texts")
    _known(sum(map(len, texts)) <= TOLD_EACH * settings().source_bytes, "a problem without end")


def _check_graph(graph: Graph) -> None:
    _known(len(graph.nodes) <= NODES_EACH * settings().nodes, "more nodes than are shown")
    nodes = {node.id: node for node in graph.nodes}
    _unique((node.id for node in graph.nodes), "a node")
    _check_scopes(graph.scopes)
    scopes = {scope.id for scope in graph.scopes}
    for node in graph.nodes:
        _check_node(node, scopes, nodes)
    edges = _unique((edge.id for edge in graph.edges), "an edge")
    for edge in graph.edges:
        _check_edge(edge, nodes)
    _check_references(graph, nodes, edges)


def _leads_to(output: Tensor, nodes: dict[str, Node]) -> bool:
    return output.held is None or output.held.update is None or output.held.update in nodes


def _check_node(node: Node, scopes: set[str], nodes: dict[str, Node]) -> None:
    _known(node.scope is None or node.scope in scopes, f"scope of {node.id}")
    names = (node.name or "", node.op, node.symbol, node.autograd or "")
    _known(max(map(len, names)) <= NAME_CHARS, f"name of {node.id}")
    for output in node.outputs:
        _check_value(output.value)
        for gradient in (output.gradient, output.carried, output.rest):
            _check_value(gradient)
        _check_value(output.held.value if output.held else None)
        for thumb in (output.thumb, output.gradient_thumb):
            _known(thumb is None or _is_drawable(thumb), f"heatmap of {node.id}")
        _known(_leads_to(output, nodes), f"update of {node.id}")


def _is_drawable(thumb: Thumb) -> bool:
    """Whether a heatmap has rows, equally long ones, of colours that there are."""
    rows = thumb.levels
    return (
        0 < len(rows) <= ROWS
        and 0 < len(rows[0]) <= COLUMNS
        and all(len(row) == len(rows[0]) for row in rows)
        and all(x is None or abs(x) <= LEVELS + 1 for row in rows for x in row)
    )


def _check_edge(edge: Edge, nodes: dict[str, Node]) -> None:
    source = nodes.get(edge.source.node)
    _known(source is not None and edge.target.node in nodes, f"ends of {edge.id}")
    _known(0 <= edge.source.output < len(source.outputs if source else ()), f"start of {edge.id}")
    _check_value(edge.contribution)
    _check_value(edge.local.value if edge.local else None)


def _check_scopes(scopes: list[Scope]) -> None:
    parents = {scope.id: scope.parent for scope in scopes}
    _unique((scope.id for scope in scopes), "a scope")
    rooted: set[str | None] = {None}
    for scope in scopes:
        names = (scope.name, scope.path, scope.type)
        _known(max(map(len, names)) <= NAME_CHARS, f"name of {scope.id}")
        path: list[str] = []
        at: str | None = scope.id
        while at not in rooted:
            _known(at in parents and len(path) < len(parents), f"parents of {scope.id}")
            path.append(str(at))
            at = parents[str(at)]
        rooted.update(path)


def _check_references(graph: Graph, nodes: dict[str, Node], edges: set[str]) -> None:
    _known(graph.root is None or graph.root in nodes, "the root")
    for each in graph.passes:
        _known(each.root is None or each.root in nodes, "a pass's root")
        for step in each.steps:
            _known(step.node in nodes and edges.issuperset(step.edges), f"step {step.node}")
            for value in (*step.contributions, *step.gradients, step.before):
                _check_value(value)
    for note in graph.diagnostics:
        _known(note.node is None or note.node in nodes, f"diagnostic {note.code}")
    for binding in graph.bindings:
        node = nodes.get(binding.node)
        _known(node is not None and 0 <= binding.output < len(node.outputs), binding.name)
    for name, content in graph.program.inputs.items():
        _check_nested(content, name)


def _check_view(view: AutogradView, graph: Graph | None) -> None:
    ids = _unique((node.id for node in view.nodes), "an autograd node")
    _known(all(a in ids and b in ids for a, b in view.edges), "an autograd edge")
    known = {node.id for node in graph.nodes} if graph else set()
    _known(all(n.node is None or n.node in known for n in view.nodes), "an autograd node's node")


def _check_value(value: Value | None, most: int = TOLD) -> None:
    if value is None:
        return
    statistics = (value.min, value.max, value.mean, value.std, value.norm)
    _known(all(map(_is_number, statistics)), "a statistic that is none")
    if value.data is not None:
        _known(_check_nested(value.data, "a value") <= most, "more elements than are told")


def _check_nested(content: Any, what: str, depth: int = 0) -> int:
    """How many elements and lists there are."""
    if isinstance(content, list):
        _known(depth < RANK, f"{what} too deep")
        return 1 + sum([_check_nested(item, what, depth + 1) for item in content])
    _known(_is_number(content), f"{what} no number")
    return 1


def _is_number(content: Any) -> bool:
    """Whether one element can be read and written out: no integer wider than torch has."""
    if isinstance(content, int):
        return content.bit_length() <= BITS
    if isinstance(content, str):
        return len(content) <= NUMBER_CHARS
    return content is None or isinstance(content, float)
