"""A Graph in; the cards to draw, with whole scopes folded into one where there are too many, out."""

from __future__ import annotations

from app.graph import Graph, Scope, Struct

#: cards beyond which even folding scopes is not enough and runs of ops are folded
HARD_LIMIT = 400


class Card(Struct, frozen=True, kw_only=True):
    """One visible card: a node, or a folded scope (or run) holding `nodes`."""

    id: str
    nodes: list[str]
    scope: str | None
    folded: str | None = None


class Link(Struct, frozen=True, kw_only=True):
    """One visible edge: graph edges between the same two cards and arguments become one."""

    id: str
    source: str
    target: str
    edges: list[str]


class Fold(Struct, frozen=True, kw_only=True):
    """What is visible: cards in creation order, edges between them, open scopes, nodes folded."""

    cards: list[Card]
    links: list[Link]
    scopes: list[str]
    hidden: int = 0


def visible(
    graph: Graph,
    limit: int = 150,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
) -> Fold:
    """Fold the innermost, largest scopes until at most `limit` cards are left.

    `opened` scopes stay open and `closed` ones folded whatever the limit."""
    tree = _Tree(graph)
    folded = set(closed) | tree.to_fold(limit, opened, set(closed))
    owner = tree.owners(folded)
    cards = _cards(graph, owner, tree)
    if len(cards) > HARD_LIMIT:
        cards = _runs(cards, limit)
    card_of = {node: card for card in cards for node in card.nodes}
    links = _links(graph, card_of)
    shown = {s.id for s in graph.scopes if not tree.is_inside(s.id, folded)} - folded
    hidden = sum(len(card.nodes) for card in cards if card.folded)
    return Fold(cards=cards, links=links, scopes=tree.worth_a_box(shown, cards), hidden=hidden)


class _Tree:
    """Scopes by parent, with the nodes in and below each."""

    def __init__(self, graph: Graph) -> None:
        self.scopes: dict[str, Scope] = {scope.id: scope for scope in graph.scopes}
        self.order = [scope.id for scope in graph.scopes]
        self.direct: dict[str, list[str]] = {}
        self.scope_of = {node.id: node.scope for node in graph.nodes}
        self.below: dict[str, int] = dict.fromkeys(self.scopes, 0)
        for node in graph.nodes:
            if node.scope:
                self.direct.setdefault(node.scope, []).append(node.id)
            for scope in self.chain(node.scope):
                self.below[scope] += 1
        self.total = len(graph.nodes)

    def chain(self, scope: str | None) -> list[str]:
        """A scope and all around it, innermost first."""
        found = []
        while scope and scope in self.scopes and scope not in found:
            found.append(scope)
            scope = self.scopes[scope].parent
        return found

    def is_inside(self, scope: str, folded: set[str]) -> bool:
        """Whether a folded scope surrounds this one."""
        return any(outer in folded for outer in self.chain(scope)[1:])

    def to_fold(self, limit: int, opened: frozenset[str], closed: set[str]) -> set[str]:
        """The fewest outer scopes whose folding brings the count under the limit: the deepest
        level is folded first, whole levels at a time, so that equals stay equal."""
        depth = {scope: len(self.chain(scope)) for scope in self.order}
        folded: set[str] = set()
        count = self._count(folded | closed)
        for level in sorted(set(depth.values()), reverse=True):
            if count <= limit:
                break
            folded |= {
                s for s in self.order if depth[s] == level and s not in opened and self.below[s] > 1
            }
            count = self._count(folded | closed)
        return folded

    def _count(self, folded: set[str]) -> int:
        owners = self.owners(folded)
        return len({owners.get(node, node) for node in self.scope_of})

    def owners(self, folded: set[str]) -> dict[str, str]:
        """node → the outermost folded scope around it."""
        found: dict[str, str] = {}
        cache: dict[str | None, str | None] = {}
        for node, scope in self.scope_of.items():
            if scope not in cache:
                outer = [s for s in self.chain(scope) if s in folded]
                cache[scope] = outer[-1] if outer else None
            if (owner := cache[scope]) is not None:
                found[node] = owner
        return found

    def worth_a_box(self, shown: set[str], cards: list[Card]) -> list[str]:
        """Open scopes drawn as boxes: those around at least two cards, outermost first."""
        count: dict[str, int] = {}
        for card in cards:
            for scope in self.chain(card.scope):
                count[scope] = count.get(scope, 0) + 1
        return [s for s in self.order if s in shown and count.get(s, 0) > 1]


def _cards(graph: Graph, owner: dict[str, str], tree: _Tree) -> list[Card]:
    groups: dict[str, list[str]] = {}
    for node in graph.nodes:
        groups.setdefault(owner.get(node.id, node.id), []).append(node.id)
    cards = []
    for key, nodes in groups.items():
        folded = key if key in tree.scopes else None
        scope = tree.scopes[key].parent if folded else tree.scope_of[key]
        cards.append(Card(id=key, nodes=nodes, scope=scope, folded=folded))
    return cards


def _runs(cards: list[Card], limit: int) -> list[Card]:
    """Keep the first and last cards; everything between becomes one card that says how many."""
    head, tail = cards[: limit // 2], cards[-limit // 2 :]
    middle = [node for card in cards[limit // 2 : -limit // 2] for node in card.nodes]
    between = Card(id="rest", nodes=middle, scope=None, folded="rest")
    return [*head, between, *tail]


def _links(graph: Graph, card_of: dict[str, Card]) -> list[Link]:
    merged: dict[tuple[str, str, object], list[str]] = {}
    for edge in graph.edges:
        source, target = card_of[edge.source.node], card_of[edge.target.node]
        if source.id == target.id:
            continue
        plain = not source.folded and not target.folded
        key = (source.id, target.id, edge.id if plain else None)
        merged.setdefault(key, []).append(edge.id)
    return [
        Link(id=edges[0], source=source, target=target, edges=edges)
        for (source, target, _), edges in merged.items()
    ]
