"""A long picture on a slide stands in rows; every link still leads from card to card."""

import math
import random
import re

import pytest

from app.layout import Plan, lay_out, roomiest, scale_in
from app.layout.rows import rows_of

ROOM = (1224.0, 572.0)
LABEL, CARD = 90.0, (160.0, 84.0)


def chain(count, skips=(), leaves=()):
    """c0 → c1 → …, with links that skip cards and parameters that are read late."""
    cards = [(f"c{k}", *CARD, "inner" if 3 <= k < count - 2 else None) for k in range(count)]
    links = [(f"e{k}", f"c{k}", f"c{k + 1}", LABEL) for k in range(count - 1)]
    links += [(f"s{a}.{b}", f"c{a}", f"c{b}", 0.0 if a % 2 else LABEL) for a, b in skips]
    for k in leaves:
        cards.append((f"w{k}", 120.0, 64.0, None))
        links.append((f"p{k}", f"w{k}", f"c{k}", LABEL))
    return Plan(cards=cards, links=links, scopes=[("outer", None), ("inner", "outer")], tight=True)


def wild(seed):
    chance = random.Random(seed)
    count = chance.randint(10, 20)
    pairs = {(a, b) for a in range(count) for b in range(a + 2, count) if chance.random() < 0.04}
    leaves = [k for k in range(1, count) if chance.random() < 0.3]
    return chain(count, sorted(pairs), leaves)


PLANS = [chain(12), chain(16, [(0, 13), (2, 9), (3, 14)], [4, 8, 12]), *map(wild, range(6))]


def sampled(path):
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path)]
    knots = list(zip(numbers[::2], numbers[1::2]))
    assert len(knots) % 3 == 1
    for k in range(0, len(knots) - 3, 3):
        for t in (0, 0.25, 0.5, 0.75, 1):
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * p[i] for w, p in zip(weights, knots[k : k + 4])) for i in (0, 1))


def away(point, box):
    dx = max(box.x - point[0], 0, point[0] - box.x - box.width)
    return math.hypot(dx, max(box.y - point[1], 0, point[1] - box.y - box.height))


def overlap(a, b):
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    return across > 0 and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 0


@pytest.mark.parametrize("plan", PLANS)
def test_every_link_leads_from_card_to_card(plan):
    layout = rows_of(plan, lay_out(plan), ROOM)
    for link, source, target, label in plan.links:
        route, ends = layout.routes[link], (layout.cards[source], layout.cards[target])
        points = list(sampled(route.path))
        assert away(points[0], ends[0]) < 2 and away(route.tip, ends[1]) < 2
        assert 6 < math.dist(points[-1], route.tip) < 10
        assert (route.label is None) == (label == 0)
        assert all(0 < x < layout.width and 0 < y < layout.height for x, y in points)


@pytest.mark.parametrize("plan", PLANS)
def test_nothing_lies_over_a_card(plan):
    layout = rows_of(plan, lay_out(plan), ROOM)
    boxes = list(layout.cards.values())
    assert not any(overlap(a, b) for k, a in enumerate(boxes) for b in boxes[:k])
    for link, source, target, label in plan.links:
        route = layout.routes[link]
        others = [box for name, box in layout.cards.items() if name not in (source, target)]
        assert all(away(point, box) > 0 for point in sampled(route.path) for box in others)
        if route.label is not None:
            ends = [(route.label[0] + side * label / 2, route.label[1]) for side in (-1, 0, 1)]
            assert all(away(end, box) > 0 for end in ends for box in boxes)


def test_links_do_not_run_along_each_other():
    layout = rows_of(PLANS[1], lay_out(PLANS[1]), ROOM)
    labels = [route.label for route in layout.routes.values() if route.label]
    for k, (x, y) in enumerate(labels):
        assert all(abs(x - a) >= LABEL or abs(y - b) >= 20 for a, b in labels[:k])


def test_scope_has_a_box_in_every_row_it_stands_in():
    plan = chain(16)
    layout = rows_of(plan, lay_out(plan), ROOM)
    boxes = layout.scopes["inner"]
    assert len(boxes) > 1
    for name, _, _, scope in plan.cards:
        held = [box for box in boxes if overlap(box, layout.cards[name])]
        assert len(held) == (scope == "inner")


def test_only_what_is_long_is_broken():
    long, short = chain(14), chain(4)
    assert scale_in(roomiest(long, ROOM, True), ROOM) > 1.6 * scale_in(lay_out(long), ROOM)
    assert scale_in(roomiest(long, ROOM), ROOM) <= scale_in(lay_out(long), ROOM) * 1.2
    assert roomiest(short, ROOM, True) == lay_out(short)
    alone = Plan(cards=[("a", 3000.0, 40.0, None)], links=[], scopes=[])
    assert rows_of(alone, lay_out(alone), ROOM) is None
