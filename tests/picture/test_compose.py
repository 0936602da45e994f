"""Marks stay in their picture, whatever their texts become."""

from app.picture import draw
from app.picture.measure import width
from tests.gallery import outcome_of


def test_sums_are_not_cut_by_the_edge():
    picture = draw(outcome_of("13_loop").graph)
    sums = {mark.id: mark for mark in picture.marks if mark.role == "sum"}
    seen = [c for step in picture.steps for c in step.changes if c.text and c.mark in sums]
    assert any("0.2078" in change.text for change in seen)
    for change in seen:
        mark = sums[change.mark]
        half = width(change.text, mark.size, bold=True) / 2
        assert half <= mark.x <= picture.width - half


def test_sums_stand_clear_of_contributions_in_a_picture_that_flows_down():
    picture = draw(outcome_of("02_neuron_formula").graph, room=(656.0, 756.0))
    assert picture.height > picture.width
    said = {c.mark for step in picture.steps for c in step.changes if c.text}
    sums = [mark for mark in picture.marks if mark.role == "sum" and mark.id in said]
    pills = [mark for mark in picture.marks if mark.role == "contribution"]
    assert len(sums) == 2
    for mark in sums:
        assert not any(mark.y - mark.size < pill.y < mark.y + 2 for pill in pills)
