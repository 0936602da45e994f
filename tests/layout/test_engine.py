"""Plans in; where Graphviz put their cards and edges, out."""

from __future__ import annotations

from app.layout.engine import lay_out, source_of
from app.layout.layout import Plan


def plan(cards: int, links: list[tuple[int, int]], label: float = 0.0) -> Plan:
    return Plan(
        cards=[(f"n{k}", 100.0, 76.0, None) for k in range(cards)],
        links=[(f"e{k}", f"n{a}", f"n{b}", label) for k, (a, b) in enumerate(links)],
        scopes=[],
    )


def test_value_that_many_ops_read_is_placed() -> None:
    chain = [(k, k + 1) for k in range(80)] + [(0, k) for k in range(2, 81)]
    found = lay_out(plan(81, chain))
    assert len(found.cards) == 81 and len(found.routes) == len(chain)


def test_links_that_reach_far_are_placed_roughly() -> None:
    def read_all_along(count: int) -> Plan:
        return plan(
            count, [(k, k + 1) for k in range(count - 1)] + [(0, k) for k in range(2, count)]
        )

    assert "splines=line" in source_of(read_all_along(120))
    assert "splines=line" not in source_of(read_all_along(60))


def test_thicket_is_placed_roughly() -> None:
    pairs = [(a, b) for a in range(24) for b in range(a + 1, 24)]
    thick = plan(24, pairs, 40.0)
    assert "splines=line" in source_of(thick)
    assert "splines=line" not in source_of(plan(24, pairs[:50]))
    found = lay_out(thick)
    assert len(found.cards) == 24 and set(found.routes) == {f"e{k}" for k in range(len(pairs))}
