"""A Graph and a few words in; the nodes and scopes that fit them, also inside folds, out.

Words are parts of a name, op, module path, kind or shape (64x768); `grad:none`, `grad:zero`, `nan`
and `inf` ask for numbers."""

from __future__ import annotations

import re

from app.graph import Graph, Node, Scope, Struct, Value

SHAPE = re.compile(r"^\[?\d+([x×,]\d+)*\]?$")


class Hit(Struct, frozen=True, kw_only=True):
    """One node, or a scope (`node` null): what it is called and where it is."""

    node: str | None
    scope: str | None
    name: str
    op: str
    path: str
    shape: list[int] | None = None


class Found(Struct, frozen=True, kw_only=True):
    """The first hits, and how many there are."""

    hits: list[Hit]
    total: int


def find(graph: Graph, text: str, limit: int = 60) -> Found:
    """Scopes first, then nodes in the order they ran."""
    words = text.lower().split()
    if not words:
        return Found(hits=[], total=0)
    scopes = {scope.id: scope for scope in graph.scopes}
    hits = [_of_scope(s) for s in graph.scopes if all(w in _names(s) for w in words)]
    total = len(hits)
    for node in graph.nodes:
        scope = scopes.get(node.scope or "")
        if all(_fits(word, node, scope) for word in words):
            total += 1
            if len(hits) < limit:
                hits.append(_of_node(node, scope))
    return Found(hits=hits[:limit], total=total)


def _names(scope: Scope) -> str:
    return f"{scope.path} {scope.type}".lower()


def _of_scope(scope: Scope) -> Hit:
    return Hit(node=None, scope=scope.id, name=scope.name, op=scope.type, path=scope.path)


def _of_node(node: Node, scope: Scope | None) -> Hit:
    shape = node.outputs[0].shape if node.outputs else None
    path = scope.path if scope else ""
    name = node.name or node.symbol
    return Hit(node=node.id, scope=node.scope, name=name, op=node.op, path=path, shape=shape)


def _fits(word: str, node: Node, scope: Scope | None) -> bool:
    if word.startswith("grad:"):
        return _gradient_fits(word[5:], node)
    if word in ("nan", "inf") and any(_has(word, value) for value in _values(node)):
        return True
    if SHAPE.match(word):
        wanted = [int(n) for n in re.findall(r"\d+", word)]
        if any(output.shape == wanted for output in node.outputs):
            return True
    text = f"{node.name or ''} {node.op} {node.symbol} {node.kind} {node.id} {node.autograd or ''}"
    return word in f"{text} {scope.path if scope else ''}".lower()


def _gradient_fits(wanted: str, node: Node) -> bool:
    gradients = [output.gradient for output in node.outputs if node.requires_grad]
    if wanted == "none":
        return bool(gradients) and all(gradient is None for gradient in gradients)
    if wanted == "zero":
        return any(g is not None and g.numel and g.zero == g.numel for g in gradients)
    return any(g is not None and _has(wanted, g) for g in gradients)


def _values(node: Node) -> list[Value]:
    found = [value for output in node.outputs for value in (output.value, output.gradient)]
    return [value for value in found if value is not None]


def _has(kind: str, value: Value) -> bool:
    return bool(getattr(value, kind)) if kind in ("nan", "inf") else False
