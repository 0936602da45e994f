"""The state at a step, asked for at once or walked to."""

from app.picture import draw, state
from app.picture.timeline import step_at, walk
from tests.gallery import outcome_of


def test_walk_agrees_with_state():
    picture = draw(outcome_of("05_fan_out").graph)
    walked = list(walk(picture))
    assert len(walked) == len(picture.steps)
    assert all(states == state(picture, k) for k, states in enumerate(walked))
    assert state(picture, -2) == walked[-2] and state(picture, 10**6) == walked[-1]


def test_steps_count_from_both_ends():
    picture = draw(outcome_of("05_fan_out").graph)
    assert [step_at(picture, k) for k in (0, -1, -(10**6), 10**6)] == [0, 8, 0, 8]


def test_scopes_stand_once_they_are_entered():
    picture = draw(outcome_of("24_encoder").graph)
    scopes = [mark.id for mark in picture.marks if mark.role in ("scope", "scope-label")]
    assert scopes and {state(picture, 0)[mark].phase for mark in scopes} == {"waiting"}
    assert {state(picture, -1)[mark].phase for mark in scopes} == {"done"}
