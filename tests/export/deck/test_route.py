"""Connectors keep close to the picture's edges and clear of other cards."""

import math
from itertools import pairwise

import pytest

from app.export import How, scene_of
from app.export.deck.place import Area
from app.export.deck.route import _cost, _curve, _off, _points, _turned, connectors
from app.picture.marks import Mark
from app.web.examples import examples
from tests.gallery import outcome_of

SMALL = [e.id for e in examples() if e.id not in ("20_convnet", "21_gpt", "22_resnet")]


def card(name, x, y):
    return Mark(id=f"{name}.card", role="card", x=x, y=y, width=100, height=76)


def edge(path, tip):
    return Mark(
        id="e1.edge", role="edge", edge="e1", path=path, x=tip[0], y=tip[1], width=0, height=0
    )


def drawn(connector):
    if connector.preset == "straightConnector1":
        return [connector.start, connector.end]
    places = _curve(connector.preset, connector.adjusts)
    return [_turned(p, connector.start, connector.end, connector.down) for p in places]


def test_a_straight_path_is_straight():
    marks = [edge("M100,38C140,38 160,38 192,38", (200, 38)), card("a", 0, 0), card("b", 200, 0)]
    found = connectors(marks)["e1.edge"]
    assert found.preset == "straightConnector1" and found.cards == ("a.card", "b.card")
    assert found.sites == (3, 1)


def test_a_path_around_a_card_takes_a_lane():
    path = "M100,38C180,120 200,130 300,130C420,130 420,120 492,42"
    marks = [edge(path, (500, 38)), card("a", 0, 0), card("c", 250, 0), card("b", 500, 0)]
    found = connectors(marks)["e1.edge"]
    assert found.preset == "curvedConnector5"
    assert max(y for _, y in drawn(found)) > 90


def test_a_path_downwards_is_turned():
    path = "M50,76C50,190 250,190 250,392"
    found = connectors([edge(path, (250, 400)), card("a", 0, 0), card("b", 200, 400)])["e1.edge"]
    assert found.preset.startswith("curved") and found.down and found.sites == (2, 0)


def test_curves_begin_and_end_where_they_should():
    for preset, adjusts in (
        ("curvedConnector3", (20_000,)),
        ("curvedConnector5", (3_000, 300_000, 97_000)),
    ):
        points = _curve(preset, adjusts)
        assert points[0] == (0, 0) and points[-1] == pytest.approx((1, 1))
    middle = _curve("curvedConnector3", (50_000,))
    assert any(math.dist(point, (0.5, 0.5)) < 1e-9 for point in middle)
    lane = _curve("curvedConnector5", (3_000, 300_000, 97_000))
    assert any(math.dist(point, (0.5, 3.0)) < 1e-9 for point in lane)


@pytest.mark.parametrize("name", SMALL)
def test_gallery_edges_cross_no_strange_card(name):
    outcome = outcome_of(name)
    marks = scene_of(outcome.graph, outcome.autograd, How()).picture.marks
    cards = {m.id: Area(m.x, m.y, m.width, m.height) for m in marks if m.role == "card"}
    edges = {m.id: m for m in marks if m.role == "edge"}
    for key, connector in connectors(marks).items():
        strange = [box for card, box in cards.items() if card not in connector.cards]
        cost = _cost(drawn(connector), _points(edges[key]), strange)
        long = math.dist(connector.start, connector.end)
        assert cost < max(60, 0.15 * long), (name, key, connector, cost)


@pytest.mark.parametrize("name", ["14_attention", "20_convnet", "25_unet", "26_vae"])
def test_links_between_rows_pass_under_their_numbers(name):
    marks = scene_of(outcome_of(name).graph, None, How(crop="frame")).picture.marks
    bent = {i: c for i, c in connectors(marks).items() if c.preset.startswith("bent")}
    pills = {f"{m.edge}.edge": m for m in marks if m.role == "contribution"}
    assert bent
    for edge_id, connector in bent.items():
        pill, line = pills[edge_id], drawn(connector)
        middle = (pill.x + pill.width / 2, pill.y + pill.height / 2)
        assert min(_off(middle, a, b) for a, b in pairwise(line)) < 8
