"""What a slide shows is chosen for the slide, not for the stage somebody happened to have."""

import msgspec
import pytest

from app.export import How, scene_of
from app.export.order import Order
from app.export.scene import SLIDE_ROOM
from app.graph import encode
from app.layout import lay_out, scale_in, visible
from app.picture import opening
from app.picture.cards import faces_of
from app.picture.compose import plan_of
from tests.gallery import outcome_of

STAGE = (360.0, 2000.0)


def size(picture):
    return picture.width, picture.height


@pytest.mark.parametrize("name", ["01_neuron", "23_lstm", "25_unet"])
def test_slide_flows_the_way_it_is_larger(name):
    graph = outcome_of(name).graph
    fold = visible(graph, opening(graph, SLIDE_ROOM, is_slide=True))
    plan = plan_of(graph, fold, faces_of(graph, fold, "en"))
    ways = [
        lay_out(msgspec.structs.replace(plan, down=down, tight=tight))
        for down in (False, True)
        for tight in (False, True)
    ]
    best = max(scale_in(way, SLIDE_ROOM) for way in ways)
    picture = scene_of(graph, None, How(crop="frame", room=STAGE)).picture
    scale = min(a / b for a, b in zip(SLIDE_ROOM, size(picture)))
    assert scale >= 1.0 or scale >= best / 1.11


def test_decks_are_drawn_for_a_slide():
    graph = outcome_of("01_neuron").graph
    narrow = How(room=STAGE)
    orders = {
        suffix: Order.of(encode(graph), b"null", narrow, suffix)
        for suffix in ("pptx", "tex", "svg")
    }
    slide = scene_of(graph, None, How(crop="frame")).picture
    assert (
        size(orders["pptx"].scene().picture) == size(orders["tex"].scene().picture) == size(slide)
    )
    assert size(orders["svg"].scene().picture) != size(slide)
