"""Cards and the links between them in; how far the links reach, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.layout.fold import Card, Link


def span_of(cards: list[Card], links: list[Link]) -> int:
    """How many ranks of a drawing all links pass together: Graphviz sets a point in each, and its
    time grows with their square."""
    below: dict[str, list[str]] = {}
    entered = set()
    for link in links:
        below.setdefault(link.source, []).append(link.target)
        entered.add(link.target)
    ranks = dict.fromkeys([card.id for card in cards], 0)
    for card in cards:  # in creation order, where what is read comes before who reads it
        for target in below.get(card.id, ()):
            ranks[target] = max(ranks[target], ranks[card.id] + 1)
    for card in cards:  # leaves stand beside their first reader
        if card.id not in entered and card.id in below:
            ranks[card.id] = min(ranks[target] for target in below[card.id]) - 1
    return sum(abs(ranks[link.target] - ranks[link.source]) for link in links)
