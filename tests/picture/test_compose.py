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
