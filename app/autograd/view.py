"""A finished run in; torchviz's own graph of it, as rows instead of DOT text, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from app.autograd.assemble import Assembly
from app.autograd.engine import BackwardRun
from app.graph import AutogradNode, AutogradView, Graph

NODE = re.compile(r'^\t"?([^"\s]+)"? \[label=(?:"((?:[^"\\]|\\.)*)"|([^\s\]]+))(.*)\]$', re.DOTALL)
EDGE = re.compile(r'^\t"?([^"\s]+)"? -> "?([^"\s]+)"?')
#: boxes beyond which torchviz's graph is left out: nobody can read it
LIMIT = 250


def autograd_view(assembly: Assembly, graph: Graph, events: list[Any]) -> AutogradView | None:
    """torchviz.make_dot of the last root, each box tied to its program node; None without one.

    torchviz names boxes by id(); those are matched to the autograd nodes this run owns."""
    root = _root(events)
    if root is None or len(assembly.weaver.owner) > LIMIT:
        return None
    from torchviz import make_dot

    names = {
        node.name: draft.outputs[0].tensor
        for draft, node in _leaves(assembly, graph)
        if node.name and draft.outputs
    }
    with _custom_saved_hidden(assembly):
        dot = make_dot(root, params=names)
    return _rows(dot.body, _owners(assembly))


@contextmanager
def _custom_saved_hidden(assembly: Assembly) -> Iterator[None]:
    """torchviz reads saved_tensors of custom Functions, which raises once backward freed them."""
    kinds = {type(n) for n in assembly.weaver.owner if hasattr(type(n), "_forward_cls")}
    for kind in kinds:
        kind.saved_tensors = ()
    try:
        yield
    finally:
        for kind in kinds:
            del kind.saved_tensors


def _root(events: list[Any]) -> Tensor | None:
    for event in reversed(events):
        if isinstance(event, BackwardRun) and event.roots and isinstance(event.roots[0], Tensor):
            root: Tensor = event.roots[0]
            return root if root.grad_fn is not None else None
    return None


def _leaves(assembly: Assembly, graph: Graph) -> list[Any]:
    by_id = {node.id: node for node in graph.nodes}
    return [
        (assembly.weaver.drafts[index], by_id[found])
        for index, found in assembly.ids.items()
        if by_id[found].is_leaf and by_id[found].requires_grad
    ]


def _owners(assembly: Assembly) -> dict[str, str]:
    """str(id(python object)) → program node id, for autograd nodes, leaves and accumulators."""
    owners = {
        str(id(node)): assembly.ids[index]
        for node, index in assembly.weaver.owner.items()
        if index in assembly.ids
    }
    for index, found in assembly.ids.items():
        for output in assembly.weaver.drafts[index].outputs:
            owners.setdefault(str(id(output.tensor)), found)
    for node in assembly.weaver.accumulators:
        if (leaf := owners.get(str(id(node.variable)))) is not None:
            owners[str(id(node))] = leaf
    return owners


def _rows(body: list[str], owners: dict[str, str]) -> AutogradView:
    nodes: list[AutogradNode] = []
    edges: list[tuple[str, str]] = []
    numbers: dict[str, str] = {}
    for line in body:
        text = line.rstrip("\n")
        if match := EDGE.match(text):
            edges.append((match[1], match[2]))
        elif match := NODE.match(text):
            key = match[1]
            numbers[key] = f"a{len(numbers) + 1}"
            label = (match[2] or match[3] or "").replace("\\n", "\n").strip()
            kind = _kind(match[4])
            nodes.append(
                AutogradNode(id=numbers[key], label=label, kind=kind, node=owners.get(key))
            )
    known = [(numbers[a], numbers[b]) for a, b in edges if a in numbers and b in numbers]
    return AutogradView(nodes=nodes, edges=known)


def _kind(attributes: str) -> Any:
    if "lightblue" in attributes:
        return "leaf"
    if "darkolivegreen1" in attributes or "darkolivegreen3" in attributes:
        return "root"
    return "saved" if "orange" in attributes else "op"
