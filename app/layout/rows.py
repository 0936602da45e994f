"""A Plan too long for a slide in; the same in rows that are read like lines of text, out.

Each row is laid out by itself. A link into a later row leaves below its card, runs through a lane
between the rows and enters above the other card; where cards stand in the way it leaves its row by
a door at the right, or enters by one at the left."""

from __future__ import annotations

import msgspec

from app.layout.engine import MARGIN, lay_out, scale_in
from app.layout.lanes import Bend, Places, joined
from app.layout.layout import Layout, Plan

#: rows at most
MOST = 4
#: px: a lane with and without a number on it, from a row to the first lane, and between links that
#: turn beside the rows
LANE, BARE, CLEAR, BESIDE = 26.0, 14.0, 14.0, 14.0
#: how far from its ideal place a row may break, as a share of the row, and what each link that
#: changes rows costs in scale
SLACK, WORTH = 0.35, 0.97
#: px: the point where a link leaves or enters a row
DOOR = 12.0
Cards = dict[str, int]


def rows_of(plan: Plan, across: Layout, room: tuple[float, float]) -> Layout | None:
    """The rows drawn largest in `room` (px), fewer bends being better; None where nothing breaks.
    `across` is the plan on one line."""
    best, most = None, 0.0
    for count in range(2, MOST + 1):
        row_of = _broken(plan, across, count)
        if row_of is None:
            break
        bends = _bends(plan, row_of)
        layout = _stacked(plan, row_of, bends, count)
        worth = scale_in(layout, room) * WORTH ** len(bends)
        if worth <= most:
            break
        best, most = layout, worth
    return best


def _broken(plan: Plan, across: Layout, count: int) -> Cards | None:
    """Card → row, broken between ranks: near equal parts, where few links and scopes are cut."""
    middles = {name: box.x + box.width / 2 for name, box in across.cards.items()}
    ranks = sorted(set(middles.values()))
    scope_of = {name: scope for name, _, _, scope in plan.cards}
    breaks: list[float] = []
    for k in range(1, count):
        ideal, slack = across.width * k / count, SLACK * across.width / count

        def cost(x: float, ideal: float = ideal, slack: float = slack) -> float:
            cut = sum(middles[a] < x <= middles[b] for _, a, b, _ in plan.links)
            sides = [
                {scope_of[c] for c, m in middles.items() if (m < x) == left} for left in (1, 0)
            ]
            return cut + len((sides[0] & sides[1]) - {None}) + abs(x - ideal) / slack

        last = breaks[-1] if breaks else ranks[0]
        near = [x for x in ranks if x > last and abs(x - ideal) <= slack]
        if not near:
            return None
        breaks.append(min(near, key=cost))
    row_of = {name: sum(x >= edge for edge in breaks) for name, x in middles.items()}
    return _with_readers(plan, row_of)


def _with_readers(plan: Plan, row_of: Cards) -> Cards:
    """What nothing flows into stands in the row of the first card that reads it."""
    readers: dict[str, list[str]] = {}
    for _, source, target, _ in plan.links:
        readers.setdefault(source, []).append(target)
    begins = readers.keys() - {target for _, _, target, _ in plan.links}
    return row_of | {name: min(row_of[reader] for reader in readers[name]) for name in begins}


def _bends(plan: Plan, row_of: Cards) -> list[Bend]:
    """The links that change rows. Ranks grow along links, so none goes back."""
    return [
        Bend(link, a, b, row_of[a], row_of[b], label)
        for link, a, b, label in plan.links
        if row_of[a] != row_of[b]
    ]


def _row(plan: Plan, row_of: Cards, bends: list[Bend], row: int) -> Layout:
    """One row by itself, with a door for every link that needs one."""
    cards = [card for card in plan.cards if row_of[card[0]] == row]
    parents, used = dict(plan.scopes), set[str | None]()
    for _, _, _, scope in cards:
        while scope is not None and scope not in used:
            used.add(scope)
            scope = parents.get(scope)
    alone = msgspec.structs.replace(
        plan,
        cards=cards,
        links=[link for link in plan.links if row_of[link[1]] == row == row_of[link[2]]],
        scopes=[scope for scope in plan.scopes if scope[0] in used],
    )
    outs, ins = set[Bend](), set[Bend]()
    while True:
        layout = lay_out(_with_doors(alone, outs, ins))
        shut_out = {b for b in bends if b.above == row and not _leaves(b, row, layout, alone)}
        shut_in = {b for b in bends if b.below == row and not _is_open(layout, alone, b.target, -1)}
        if shut_out <= outs and shut_in <= ins:
            return layout
        outs, ins = outs | shut_out, ins | shut_in


def _leaves(bend: Bend, row: int, layout: Layout, plan: Plan) -> bool:
    """Whether it can leave below its card: for the next row, with nothing in the way."""
    return bend.below == row + 1 and _is_open(layout, plan, bend.source, 1)


def _is_open(layout: Layout, plan: Plan, card: str, way: int) -> bool:
    """Whether nothing stands below (1) or above (-1) the middle of a card."""
    own = layout.cards[card]
    middle = own.x + own.width / 2
    walls = [(box.x, box.x + box.width, box.y) for box in layout.cards.values() if box is not own]
    for link, _, _, wide in plan.links:
        if label := layout.routes[link].label:
            walls.append((label[0] - wide / 2, label[0] + wide / 2, label[1]))
    return not any(x0 - 8 < middle < x1 + 8 and (y - own.y) * way > 0 for x0, x1, y in walls)


def _with_doors(plan: Plan, outs: set[Bend], ins: set[Bend]) -> Plan:
    first, last = sorted(bend.into for bend in ins), sorted(bend.out for bend in outs)
    return msgspec.structs.replace(
        plan,
        cards=plan.cards + [(door, 1.0, DOOR, None) for door in (*first, *last)],
        links=[
            *plan.links,
            *((bend.out, bend.source, bend.out, 0.0) for bend in sorted(outs)),
            *((bend.into, bend.into, bend.target, 0.0) for bend in sorted(ins)),
        ],
        first=first,
        last=last,
    )


def _stacked(plan: Plan, row_of: Cards, bends: list[Bend], count: int) -> Layout:
    """The rows below each other, with lanes between them and room for those who turn beside them."""
    rows = [_row(plan, row_of, bends, k) for k in range(count)]
    order = sorted(bends, key=lambda bend: _lane(bend, rows))
    lefts, rights = _beside(order, rows)
    left = MARGIN + BESIDE * max((k + 1 for k in lefts.values()), default=0)
    right = MARGIN + BESIDE * max((k + 1 for k in rights.values()), default=0)
    inner = max(row.width for row in rows) - 2 * MARGIN
    places = Places({}, {}, {}, {})
    y = MARGIN
    for k, row in enumerate(rows):
        coming = [bend for bend in order if bend.below == k]
        clear = CLEAR if coming or k else 0.0
        y += clear
        for bend in coming:
            high = LANE if bend.label else BARE
            places.lanes[bend.link] = y + high / 2
            y += high
        y += clear
        places.add(row, left - MARGIN, y - MARGIN)
        y += row.height - 2 * MARGIN
    edges = (left - BESIDE / 2, left + inner + BESIDE / 2)
    turns = {
        bend.link: (
            edges[0] - BESIDE * lefts.get(bend.link, 0),
            edges[1] + BESIDE * rights.get(bend.link, 0),
        )
        for bend in bends
    }
    routes = places.routes | {b.link: joined(b, places, turns[b.link]) for b in bends}
    return Layout(
        cards={card[0]: places.cards[card[0]] for card in plan.cards},
        routes={link[0]: routes[link[0]] for link in plan.links},
        scopes=places.scopes,
        width=left + inner + right,
        height=y + MARGIN,
    )


def _lane(bend: Bend, rows: list[Layout]) -> tuple[float, ...]:
    """Lanes of a gap from above: those from the nearest row first, of them those that leave below
    their cards from the left on, then those that leave by a door, the lowest first."""
    row = rows[bend.above]
    door = row.cards.get(bend.out)
    box = row.cards[bend.source]
    return (bend.below, -bend.above, *((1, -door.y) if door else (0, box.x)))


def _beside(order: list[Bend], rows: list[Layout]) -> tuple[Cards, Cards]:
    """How far out the links with doors turn, left and right, so that none runs along another."""
    lefts, rights = Cards(), Cards()
    for k, bend in enumerate(order):
        if bend.into in rows[bend.below].cards:
            later = (other for other in order[k + 1 :] if other.below == bend.below)
            lefts[bend.link] = sum(other.into in rows[other.below].cards for other in later)
        if bend.out in rows[bend.above].cards:
            low, high = _gaps(bend)
            passed = [
                rights[other.link]
                for other in order[:k]
                if other.link in rights and _gaps(other)[1] >= low and _gaps(other)[0] <= high
            ]
            rights[bend.link] = max(passed, default=-1) + 1
    return lefts, rights


def _gaps(bend: Bend) -> tuple[int, int]:
    """The gaps between rows it passes at the right: gap k is above row k."""
    return min(bend.above + 1, bend.below), max(bend.above, bend.below)
