"""Scopes in; runs of siblings with the same structure, each as one group that can be opened, out.

Twelve transformer blocks are one card "× 12"; a thousand iterations are one card that opens into
ten of a hundred, each of which opens again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from app.graph import Graph, Scope, Struct

#: siblings from which a run is worth one card
LEAST = 3
#: members shown one by one when a group is opened; more open as groups of a power of ten
MOST = 24


class Group(Struct, frozen=True, kw_only=True):
    """A run of equal siblings: ids of the scopes, in the order they ran."""

    id: str
    parent: str | None
    members: list[str]


def runs_of(graph: Graph) -> list[Group]:
    """Every maximal run of at least LEAST equal siblings with no op of their parent's own between
    them."""
    signatures = _signatures(graph)
    between = _Between(graph)
    siblings: dict[str | None, list[Scope]] = {}
    for scope in graph.scopes:
        siblings.setdefault(scope.parent, []).append(scope)
    found = []
    for parent, children in siblings.items():
        run: list[str] = []
        for scope in children:
            is_next = run and signatures[scope.id] == signatures[run[-1]]
            if run and not (is_next and between.is_free(parent, run[-1], scope.id)):
                found += _group(parent, run)
                run = []
            run.append(scope.id)
        found += _group(parent, run)
    return found


class _Between:
    """When each scope's nodes ran, and the ops that are directly in a scope."""

    def __init__(self, graph: Graph) -> None:
        parents = {scope.id: scope.parent for scope in graph.scopes}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.own: dict[str | None, list[int]] = {}
        for index, node in enumerate(graph.nodes):
            if node.kind != "op":
                continue  # a parameter is placed where it is first read
            self.own.setdefault(node.scope, []).append(index)
            scope = node.scope
            while scope is not None and self.last.get(scope) != index:
                self.first.setdefault(scope, index)
                self.last[scope] = index
                scope = parents.get(scope)

    def is_free(self, parent: str | None, before: str, after: str) -> bool:
        """Whether no op of `parent` itself ran between two scopes in it."""
        if before not in self.last or after not in self.first:
            return True
        own = self.own.get(parent, [])
        place = bisect_right(own, self.last[before])
        return place == len(own) or own[place] > self.first[after]


def _group(parent: str | None, run: list[str]) -> list[Group]:
    if len(run) < LEAST:
        return []
    return [Group(id=f"x{run[0]}.{len(run)}", parent=parent, members=run)]


def parts_of(group: Group) -> list[Group | str]:
    """What an opened group shows: its members, or smaller groups of them."""
    count = len(group.members)
    if count <= MOST:
        return list(group.members)
    size = 10
    while -(-count // size) > MOST:
        size *= 10
    parts: list[Group | str] = []
    for start in range(0, count, size):
        members = group.members[start : start + size]
        if len(members) < LEAST:
            parts += members
        else:
            name = f"x{members[0]}.{len(members)}"
            parts.append(Group(id=name, parent=group.id, members=members))
    return parts


def shown(groups: Iterable[Group], opened: frozenset[str]) -> tuple[list[Group], list[Group]]:
    """(groups drawn as one card, groups drawn as boxes around their parts)."""
    closed, boxes = [], []
    queue = list(groups)
    for group in queue:  # grows while it is walked
        if group.id in opened:
            boxes.append(group)
            queue += [part for part in parts_of(group) if isinstance(part, Group)]
        else:
            closed.append(group)
    return closed, boxes


def _signatures(graph: Graph) -> dict[str, int]:
    """scope → number of its structure: its type, the ops in it in order, its inner scopes'."""
    inside: dict[str, list[str]] = {scope.id: [] for scope in graph.scopes}
    children: dict[str, list[str]] = {}
    for scope in graph.scopes:
        if scope.parent is not None:
            children.setdefault(scope.parent, []).append(scope.id)
    for node in graph.nodes:
        if node.scope in inside:
            inside[node.scope].append(node.op if node.kind == "op" else node.kind)
    numbers: dict[object, int] = {}
    found: dict[str, int] = {}
    for scope in reversed(graph.scopes):  # inner scopes come after the ones around them
        below = tuple(found[child] for child in children.get(scope.id, []))
        key = (scope.kind, scope.type, tuple(inside[scope.id]), below)
        found[scope.id] = numbers.setdefault(key, len(numbers))
    return found
