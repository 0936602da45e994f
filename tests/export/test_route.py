"""A pulse goes along its edge at the speed it is told."""

import math
from itertools import pairwise

import pytest

from app.export.route import at, polyline

STRAIGHT = "M0.0,0.0C10.0,0.0 20.0,0.0 30.0,0.0"
BENT = "M0.0,0.0C0.0,10.0 -5.5,10.0 10.0,10.0 20.0,10.0 20.0,10.0 20.0,0.0"


def test_straight_edge_is_gone_evenly():
    for share in (0, 0.25, 0.5, 1):
        assert at(STRAIGHT, share) == pytest.approx((30 * share, 0), abs=0.01)


def test_bent_edge_is_gone_evenly():
    places = [at(BENT, k / 50) for k in range(51)]
    assert places[0] == (0, 0) and places[-1] == pytest.approx((20, 0))
    gaps = [math.dist(a, b) for a, b in pairwise(places)]
    assert max(gaps) <= polyline(BENT)[1][-1] / 50 * 1.001
    assert min(gaps) > 0.8 * max(gaps)


def test_beyond_the_ends_are_the_ends():
    assert at(STRAIGHT, -1) == (0, 0) and at(STRAIGHT, 2) == (30, 0)
    assert at("M5.0,5.0", 0.5) == (5, 5)
