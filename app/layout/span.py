"""Cards and the links between them in; how far the links reach, out."""

from __future__ import annotations

from collections.abc import Sequence


def span_of(cards: Sequence[str], links: Sequence[tuple[str, str]]) -> int:
    """How many ranks of a drawing all links pass together: Graphviz sets a point in each, and its
    time grows with their square."""
    below: dict[str, list[str]] = {}
    waiting = dict.fromkeys(cards, 0)
    for source, target in links:
        below.setdefault(source, []).append(target)
        waiting[target] += 1
    leaves = {card for card in cards if not waiting[card]}
    ranks = dict.fromkeys(cards, 0)
    ready = [card for card in cards if card in leaves]
    for card in ready:  # it grows; what a cycle holds stays out of it
        for target in below.get(card, ()):
            ranks[target] = max(ranks[target], ranks[card] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for card in leaves & below.keys():  # leaves stand beside their first reader
        ranks[card] = min(ranks[target] for target in below[card]) - 1
    return sum(abs(ranks[target] - ranks[source]) for source, target in links)
