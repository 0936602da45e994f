"""A picture opens folded as far as its room asks, and no further than says something."""

import pytest

from app.autograd import run
from app.export.scene import SLIDE_ROOM
from app.layout import roomiest, visible
from app.picture import opening
from app.picture.cards import faces_of
from app.picture.compose import plan_of
from app.picture.opening import FEWEST, is_crowded, is_readable
from app.protocol import Job
from app.settings import settings
from benchmarks.programs import programs

ROOM = (657.0, 755.0)
NETWORKS = {name: p for name, p in programs(is_wide=False).items() if name not in ("gpt", "many")}


@pytest.fixture(scope="module", params=NETWORKS)
def graph(request):
    return run(NETWORKS[request.param].job).outcome.graph


def reads(graph, fold):
    return is_readable(roomiest(plan_of(graph, fold, faces_of(graph, fold, "en")), ROOM), ROOM)


def test_opening_is_readable_or_as_folded_as_makes_sense(graph):
    limit = opening(graph, ROOM)
    fold = visible(graph, limit)
    further = visible(graph, len(fold.cards) - 1)
    assert limit <= settings().visible_nodes
    assert reads(graph, fold) or len(further.cards) < FEWEST


def test_nothing_is_folded_without_need(graph):
    limit = opening(graph, ROOM)
    if limit < settings().visible_nodes:
        wider = visible(graph, limit + 1)
        assert len(wider.cards) > limit and not reads(graph, wider)


def test_without_a_room_the_settings_decide(graph):
    assert opening(graph, None) == settings().visible_nodes


def test_folded_cards_tell_the_shape_they_give():
    graph = run(NETWORKS["lstm"].job).outcome.graph
    fold = visible(graph, opening(graph, ROOM))
    faces = {face.title: face for face in faces_of(graph, fold, "en").values()}
    assert faces["reader.lstm"].value == "one op → [4×12×48]"
    assert faces["reader.lstm"].gradient == "33,024 parameters"


def test_ops_that_are_drawn_do_not_become_rows_of_one_level():
    graph = run(Job(source="y = x^2 + 1\nz = y*3")).outcome.graph
    assert opening(graph, (200.0, 200.0)) == settings().visible_nodes


def test_what_is_left_undrawn_could_not_be_read(graph):
    for limit in (settings().visible_nodes, 30, 15):
        fold = visible(graph, limit)
        plan = plan_of(graph, fold, faces_of(graph, fold, "en"))
        if is_crowded(plan, SLIDE_ROOM):
            assert not is_readable(roomiest(plan, SLIDE_ROOM, True), SLIDE_ROOM, True)
        else:
            assert len(fold.cards) < 40
