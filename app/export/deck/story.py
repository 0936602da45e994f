"""A Scene and a limit in; which of its steps a deck shows, and what each changes, out."""

from __future__ import annotations

from typing import NamedTuple

from app.export.scene import Scene
from app.picture.marks import PictureStep
from app.picture.timeline import State, state

States = dict[str, State]


class Moment(NamedTuple):
    """One step as a deck shows it: its number in the run, the step, and how every mark looks."""

    number: int
    step: PictureStep
    states: States


class Story(NamedTuple):
    """The moments in order. Of a run longer than the limit the last steps before the end are
    left out; the end is always there."""

    moments: list[Moment]
    left_out: int
    first_left_out: int
    last_left_out: int


def story_of(scene: Scene, limit: int) -> Story:
    """At most `limit` moments (two at least)."""
    steps = list(scene.steps)
    limit = max(2, limit)
    kept = steps if len(steps) <= limit else [*steps[: limit - 1], steps[-1]]
    moments = [_moment(scene, k) for k in kept] if scene.picture.steps else []
    gone = [k for k in steps if k not in set(kept)]
    return Story(moments, len(gone), gone[0] if gone else 0, gone[-1] if gone else 0)


def _moment(scene: Scene, k: int) -> Moment:
    return Moment(k, scene.picture.steps[k], state(scene.picture, k))


def appears(mark: str, moments: list[Moment]) -> int:
    """The click from which on a mark is seen to the end: 0 where it is there from the start."""
    hidden = [k for k, moment in enumerate(moments) if moment.states[mark].phase == "hidden"]
    return hidden[-1] + 1 if hidden and hidden[-1] + 1 < len(moments) else 0


class Version(NamedTuple):
    """A text of a mark, the click that brings it (0 where it is there from the start), and the one
    that takes it away (0 where it stays)."""

    text: str
    click: int
    until: int = 0


def versions_of(mark: str, moments: list[Moment]) -> list[Version]:
    """The texts a mark goes through, the last being what the deck ends with; none where it ends
    hidden: what a click deck draws is its end, as paper, thumbnails and other programs show it."""
    found: list[Version] = []
    for click, moment in enumerate(moments):
        now = moment.states[mark]
        if now.phase == "hidden":
            found = []
        elif now.text and (not found or found[-1].text != now.text):
            found.append(Version(now.text, click))
    return found


def passing(mark: str, moments: list[Moment]) -> list[Version]:
    """The texts a mark had before it was last hidden: what the end of a click deck does not show."""
    found: list[Version] = []
    now: Version | None = None
    for click, moment in enumerate(moments):
        look = moment.states[mark]
        text = look.text or "" if look.phase != "hidden" else ""
        if now is not None and now.text != text:
            found.append(now._replace(until=click))
            now = None
        if now is None and text:
            now = Version(text, click)
    hidden = [k for k, moment in enumerate(moments) if moment.states[mark].phase == "hidden"]
    return [one for one in found if hidden and one.until <= hidden[-1]]
