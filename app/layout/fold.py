"""A Graph in; the cards to draw, with whole scopes folded into one where there are too many, out."""

from __future__ import annotations

from app.graph import Graph, Scope, Struct
from app.layout.repeats import Group, parts_of, runs_of, shown
from app.layout.span import span_of

#: cards beyond which even folding scopes is not enough and runs of ops are folded
HARD_LIMIT = 400
#: ranks all links may pass together: a layout takes a second there, minutes at seven times that
SPAN = 800
#: cards that are drawn however far their links reach
FEWEST = 24


class Card(Struct, frozen=True, kw_only=True):
    """One visible card: a node, or a folded scope (or run) holding `nodes`; `count` equal ones."""

    id: str
    nodes: list[str]
    scope: str | None
    folded: str | None = None
    count: int = 1


class Link(Struct, frozen=True, kw_only=True):
    """One visible edge: graph edges between the same two cards and arguments become one."""

    id: str
    source: str
    target: str
    edges: list[str]


class Fold(Struct, frozen=True, kw_only=True):
    """What is visible: cards in creation order, edges between them, open scopes, nodes folded.

    `scopes` are all scopes and opened groups by id, with the parent they are drawn in; `boxes`
    those drawn, outermost first, and `groups` those not opened."""

    cards: list[Card]
    links: list[Link]
    scopes: dict[str, Scope]
    boxes: list[str]
    groups: dict[str, Group] = {}
    hidden: int = 0


def visible(
    graph: Graph,
    limit: int = 150,
    opened: frozenset[str] = frozenset(),
    closed: frozenset[str] = frozenset(),
) -> Fold:
    """Fold the innermost scopes, and equal siblings into one card, until at most `limit` cards are
    left.

    `opened` scopes and groups, and what is around them, stay open and `closed` ones folded whatever
    the limit; nothing else folds or unfolds by it, so a picture changes only where it was asked to."""
    groups = runs_of(graph)
    tree = _Tree(graph, groups, frozenset())
    folded = tree.to_fold(limit)
    if opened or closed:
        tree = _Tree(graph, groups, opened)
        folded -= {outer for scope in opened for outer in tree.chain(scope)}
        folded |= closed
    owner = tree.owners(folded)
    cards = _cards(graph, owner, tree)
    links = _links(graph, cards)
    if len(cards) > HARD_LIMIT or (len(cards) > FEWEST and _span(cards, links) > SPAN):
        cards, links = _shortened(graph, cards, limit)
    closed_away = {s for s in tree.scopes if tree.is_inside(s, folded)} | folded
    hidden = sum(len(card.nodes) for card in cards if card.folded)
    boxes = tree.worth_a_box(closed_away, cards)
    groups_shown = {group.id: group for group in tree.closed_groups}
    return Fold(
        cards=cards,
        links=links,
        scopes=tree.scopes,
        boxes=boxes,
        groups=groups_shown,
        hidden=hidden,
    )


def revealing(graph: Graph, scope: str | None, opened: frozenset[str]) -> list[str]:
    """`opened` with everything opened that hides what is directly in `scope`."""
    groups = runs_of(graph)
    now = set(opened)
    while scope is not None:
        tree = _Tree(graph, groups, frozenset(now))
        chain = tree.chain(scope)
        hiding = [g.id for g in tree.closed_groups if not set(chain).isdisjoint(g.members)]
        if not (more := {*hiding, *chain} - now):
            break
        now |= more
    return sorted(now)


def all_below(graph: Graph, scope: str | None, opened: frozenset[str], limit: int) -> list[str]:
    """`opened` with everything below a scope (or everywhere) opened too, level by level, as long as
    at most `limit` cards are drawn."""
    now = set(opened) | ({scope} if scope else set())
    while True:
        fold = visible(graph, 1, frozenset(now))
        more = {
            card.folded
            for card in fold.cards
            if card.folded and (scope is None or scope in _chain(fold.scopes, card.scope))
        }
        if not more:
            return sorted(now)
        after = now | more
        if len(visible(graph, 1, frozenset(after)).cards) > limit:
            return sorted(now)
        now = after


def _chain(scopes: dict[str, Scope], scope: str | None) -> list[str]:
    """A scope and all around it, innermost first."""
    found = []
    while scope and scope in scopes and scope not in found:
        found.append(scope)
        scope = scopes[scope].parent
    return found


class _Tree:
    """Scopes and opened groups by parent, with the nodes in and below each."""

    def __init__(self, graph: Graph, groups: list[Group], opened: frozenset[str]) -> None:
        self.scopes: dict[str, Scope] = {scope.id: scope for scope in graph.scopes}
        self.closed_groups, boxes = shown(groups, opened)
        for group in boxes:
            self.insert(group)
        self.order = list(self.scopes)
        self.scope_of = {node.id: node.scope for node in graph.nodes}
        self.below: dict[str, int] = dict.fromkeys(self.scopes, 0)
        self.chains: dict[str | None, list[str]] = {}
        for node in graph.nodes:
            for scope in self.chain(node.scope):
                self.below[scope] += 1

    def insert(self, group: Group) -> None:
        """An opened group becomes a scope of its own around its parts."""
        first, last = (self.scopes[s] for s in (group.members[0], group.members[-1]))
        path = f"{first.path} … {last.name}"
        self.scopes[group.id] = Scope(
            id=group.id,
            parent=group.parent,
            kind=first.kind,
            name=path,
            path=f"{path} × {len(group.members)}",
            type=first.type,
        )
        for part in parts_of(group):
            if isinstance(part, str):
                self.scopes[part] = _within(self.scopes[part], group.id)

    def chain(self, scope: str | None) -> list[str]:
        """A scope and all around it, innermost first."""
        if scope not in self.chains:
            self.chains[scope] = _chain(self.scopes, scope)
        return self.chains[scope]

    def is_inside(self, scope: str, folded: set[str]) -> bool:
        """Whether a folded scope surrounds this one."""
        return any(outer in folded for outer in self.chain(scope)[1:])

    def to_fold(self, limit: int) -> set[str]:
        """The scopes whose folding brings the count under the limit: the deepest level is folded
        first, whole levels at a time, so that equals stay equal."""
        depth = {scope: len(self.chain(scope)) for scope in self.order}
        folded: set[str] = set()
        count = self._count(folded)
        for level in sorted(set(depth.values()), reverse=True):
            if count <= limit:
                break
            folded |= {s for s in self.order if depth[s] == level and self.below[s] > 1}
            count = self._count(folded)
        return folded

    def _count(self, folded: set[str]) -> int:
        owners = self.owners(folded)
        return len({owners.get(node, (node, 1))[0] for node in self.scope_of})

    def owners(self, folded: set[str]) -> dict[str, tuple[str, int]]:
        """node → (the outermost folded scope around it, or its group; how many equal ones)."""
        group_of = self.group_of(folded)
        found: dict[str, tuple[str, int]] = {}
        cache: dict[str | None, tuple[str, int] | None] = {}
        for node, scope in self.scope_of.items():
            if scope not in cache:
                outer = [s for s in self.chain(scope) if s in folded]
                cache[scope] = group_of.get(outer[-1], (outer[-1], 1)) if outer else None
            if (owner := cache[scope]) is not None:
                found[node] = owner
        return found

    def group_of(self, folded: set[str]) -> dict[str, tuple[str, int]]:
        """scope → its group, for groups that are not opened and whose members are all folded."""
        return {
            member: (group.id, len(group.members))
            for group in self.closed_groups
            if all(member in folded for member in group.members)
            for member in group.members
        }

    def parent_of(self, key: str) -> str | None:
        """The scope a folded scope or group is drawn in."""
        if key in self.scopes:
            return self.scopes[key].parent
        return next(group.parent for group in self.closed_groups if group.id == key)

    def worth_a_box(self, hidden: set[str], cards: list[Card]) -> list[str]:
        """Open scopes drawn as boxes: those around at least two cards, outermost first."""
        count: dict[str, int] = {}
        for card in cards:
            for scope in self.chain(card.scope):
                count[scope] = count.get(scope, 0) + 1
        found = [s for s in self.order if s not in hidden and count.get(s, 0) > 1]
        return sorted(found, key=lambda scope: len(self.chain(scope)))


def _within(scope: Scope, parent: str) -> Scope:
    return Scope(
        id=scope.id,
        parent=parent,
        kind=scope.kind,
        name=scope.name,
        path=scope.path,
        type=scope.type,
    )


def _cards(graph: Graph, owner: dict[str, tuple[str, int]], tree: _Tree) -> list[Card]:
    groups: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for node in graph.nodes:
        key, count = owner.get(node.id, (node.id, 0))
        groups.setdefault(key, []).append(node.id)
        counts[key] = count
    cards = []
    for key, nodes in groups.items():
        folded = key if counts[key] else None
        scope = tree.parent_of(key) if folded else tree.scope_of[key]
        cards.append(
            Card(id=key, nodes=nodes, scope=scope, folded=folded, count=max(counts[key], 1))
        )
    return cards


def _shortened(graph: Graph, cards: list[Card], limit: int) -> tuple[list[Card], list[Link]]:
    """As many of the first and last cards, up to `limit`, as are laid out quickly, and their links."""
    limit = max(limit, FEWEST)
    while True:
        short = _runs(cards, limit)
        links = _links(graph, short)
        if limit == FEWEST or _span(short, links) <= SPAN * 2 // 3:
            return short, links
        limit = max(FEWEST, limit * 3 // 4)


def _span(cards: list[Card], links: list[Link]) -> int:
    return span_of([card.id for card in cards], [(link.source, link.target) for link in links])


def _runs(cards: list[Card], limit: int) -> list[Card]:
    """Keep the first and last cards; everything between becomes one card that says how many."""
    head, tail = cards[: limit // 2], cards[-limit // 2 :]
    middle = [node for card in cards[limit // 2 : -limit // 2] for node in card.nodes]
    between = Card(id="rest", nodes=middle, scope=None, folded="rest")
    return [*head, between, *tail]


def _links(graph: Graph, cards: list[Card]) -> list[Link]:
    card_of = {node: card for card in cards for node in card.nodes}
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
