"""Everything a player shows, as JSON: two drawings of one picture and its Reel."""

import msgspec

from app.export.reel_json import Played
from tests.export.conftest import file, scene


def test_holds_both_drawings_and_the_reel():
    found = msgspec.json.decode(file("01_neuron", "reel.json", title="A"), type=Played)
    assert (found.heading, found.reel.title) == ("A", "A")
    assert found.svg != found.tall
    for mark in scene().picture.marks:
        assert f'id="{mark.id}"' in found.svg and f'id="{mark.id}"' in found.tall


def test_what_already_flows_downwards_is_drawn_once():
    found = msgspec.json.decode(file("01_neuron", "reel.json", room=(390.0, 600.0)), type=Played)
    assert found.tall == ""
