"""A Picture and a step in; the phase, text and tone of every mark at that step, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.picture.marks import Phase, Picture, PictureStep

States = dict[str, "State"]


class State(NamedTuple):
    """How one mark looks at one step."""

    phase: Phase
    text: str | None
    tone: int | None


def state(picture: Picture, step: int) -> States:
    """Fold the changes of steps 0…step; pure, so stills, films and the screen agree.

    A step beyond the last means the last; negative steps count from the end."""
    found = untouched(picture)
    for one in picture.steps[: step_at(picture, step) + 1]:
        _apply(found, one)
    return found


def walk(picture: Picture) -> Iterator[States]:
    """The same of every step in turn, in linear time; each yielded dict is the reader's own."""
    found = untouched(picture)
    for one in picture.steps:
        _apply(found, one)
        yield dict(found)


def step_at(picture: Picture, step: int) -> int:
    """The step meant, from 0; a picture without steps has only 0."""
    last = max(0, len(picture.steps) - 1)
    return max(0, step + last + 1) if step < 0 else min(step, last)


def untouched(picture: Picture) -> States:
    """Every mark as it is drawn in a picture without steps."""
    return {mark.id: State("done", mark.text, mark.tone) for mark in picture.marks}


def _apply(found: States, step: PictureStep) -> None:
    for change in step.changes:
        before = found[change.mark]
        found[change.mark] = State(
            change.phase or before.phase,
            before.text if change.text is None else change.text,
            before.tone if change.text is None else change.tone,
        )
