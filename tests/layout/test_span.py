"""How far links reach, whatever the order cards come in."""

from __future__ import annotations

import itertools

from app.layout.span import span_of

DIAMOND = [("x", "a"), ("a", "b"), ("b", "y"), ("x", "y")]


def test_every_link_counts_the_ranks_it_passes() -> None:
    for cards in itertools.permutations("xaby"):
        assert span_of(cards, DIAMOND) == 1 + 1 + 1 + 3


def test_leaves_stand_beside_their_first_reader() -> None:
    assert span_of("xabyw", [*DIAMOND, ("w", "y")]) == 6 + 1


def test_cycles_end() -> None:
    assert span_of("ab", [("a", "b"), ("b", "a")]) == 0
