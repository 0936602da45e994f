"""What a film shows when: as on screen, within its limits, and nothing of a clock."""

import pytest

from app.errors import LimitError
from app.export.score import HOLD, Look, score, step_seconds
from app.settings import Settings
from tests.export.conftest import scene


def limited(monkeypatch, **limits):
    monkeypatch.setattr("app.export.score.settings", lambda: Settings(**limits))


def test_every_step_ends_at_rest_in_order():
    one = scene()
    looks = score(one, 30, 10**6)
    assert [look.step for look, _ in looks] == sorted(look.step for look, _ in looks)
    for step in one.steps:
        own = [look for look, _ in looks if look.step == step]
        assert own[-1] == Look(step, 1.0, None, 1.0)
        travels = [look.travel for look in own if look.travel is not None]
        assert travels == sorted(travels) and bool(travels) == bool(one.picture.steps[step].flows)
        assert [look.land for look in own] == sorted(look.land for look in own)


def test_film_lasts_as_long_as_chosen():
    one = scene(seconds=0.5, first=3, last=7)
    ticks = sum(count for _, count in score(one, 30, 10**6))
    assert ticks == 5 * 15 + HOLD * 30


@pytest.mark.parametrize("most", [15, 20, 60, 200])
def test_motion_gets_coarser_to_hold_a_limit(most):
    one = scene()
    all_of_it, fewer = score(one, 30, 10**6), score(one, 30, most)
    assert len(fewer) <= most < len(all_of_it)
    assert sum(c for _, c in fewer) == sum(c for _, c in all_of_it)
    assert {look.step for look, _ in fewer} == set(one.steps)


def test_long_film_hurries_then_is_refused(monkeypatch):
    one = scene()
    limited(monkeypatch, film_s=8)
    assert step_seconds(one) == pytest.approx(6 / len(one.steps))
    limited(monkeypatch, film_s=3)
    with pytest.raises(LimitError) as caught:
        score(one, 30, 10**6)
    assert caught.value.problem.code == "film_length"


def test_fewer_frames_than_steps_are_refused():
    with pytest.raises(LimitError) as caught:
        score(scene(), 30, 14)
    assert caught.value.problem.code == "film_length"
