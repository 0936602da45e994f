"""A sheet: where title, picture and caption stand, and what is lit at a step."""

from app.export.frame import sheet_of, wrapped
from app.picture.measure import width
from tests.export.conftest import BIG, scene

LONG = "One training step of a small network, from the forward pass to the update of its weights"


def test_long_title_wraps_and_is_cut():
    lines = wrapped(LONG * 3, 32, 600, 2, bold=True)
    assert len(lines) == 2 and lines[1].endswith("…")
    assert all(width(line, 32, True) <= 600 for line in lines)
    assert wrapped("x" * 500, 32, 300, 2)[0].endswith("…")
    assert wrapped("  ", 32, 300, 2) == []


def test_picture_stays_between_title_and_caption():
    for title in ("z", LONG * 2):
        one = scene("12_training_step", crop="frame", title=title, step=3)
        sheet = sheet_of(one, moves=True)
        assert sheet.y >= 70 + 40 * (len(sheet.title) - 1)
        assert sheet.y + one.picture.height * sheet.zoom <= 720 - 60
        assert 0 <= sheet.x and sheet.x + one.picture.width * sheet.zoom <= 1280


def test_active_card_is_lit_in_the_colour_of_its_pass():
    one = scene()
    sheet = sheet_of(one)
    forward = next(k for k, s in enumerate(one.picture.steps) if s.kind == "forward" and s.edges)
    lit = one.picture.steps[forward].node
    text = sheet.marks(forward, dict(_states(one, forward)))[f"{lit}.card"]
    assert f'stroke="{sheet.theme.blue}" stroke-width="2.4"' in text
    backward = next(k for k, s in enumerate(one.picture.steps) if s.kind == "backward" and s.edges)
    edge = one.picture.steps[backward].edges[0]
    text = sheet.marks(backward, _states(one, backward))[f"{edge}.edge"]
    assert f'stroke="{sheet.theme.orange}" stroke-width="2.4"' in text


def _states(one, step):
    from app.picture import state

    return state(one.picture, step)


def test_selected_card_has_a_ring():
    node = next(n.id for n in scene().graph.nodes if n.name == "w")
    plain, ringed = (sheet_of(scene(selected=who)).still(-1) for who in (None, node))
    assert ringed.count('stroke-width="2.6"') >= 1 and 'stroke-width="2.6"' not in plain


def test_what_is_folded_away_is_said():
    for crop in ("graph", "frame"):
        text = sheet_of(scene(BIG, crop=crop), outlined=False).still(-1)
        assert "nodes are folded away" in text


def test_still_has_a_caption_unless_it_is_the_end():
    last = len(scene().picture.steps) - 1
    assert "caption" in sheet_of(scene(crop="frame", step=4)).above(4)
    assert "caption" not in sheet_of(scene(crop="frame")).above(last)
    assert "caption" not in sheet_of(scene(step=4)).above(4)
