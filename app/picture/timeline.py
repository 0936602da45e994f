"""A Picture and a step in; the phase, text and tone of every mark at that step, out."""

from __future__ import annotations

from typing import NamedTuple

from app.picture.marks import Phase, Picture


class State(NamedTuple):
    """How one mark looks at one step."""

    phase: Phase
    text: str | None
    tone: int | None


def state(picture: Picture, step: int) -> dict[str, State]:
    """Fold the changes of steps 0…step; pure, so stills, films and the screen agree.

    A step beyond the last means the last; negative steps count from the end."""
    found = {mark.id: State("done", mark.text, mark.tone) for mark in picture.marks}
    if not picture.steps:
        return found
    last = len(picture.steps) - 1
    step = max(0, step + last + 1) if step < 0 else min(step, last)
    for one in picture.steps[: step + 1]:
        for change in one.changes:
            before = found[change.mark]
            found[change.mark] = State(
                change.phase or before.phase,
                before.text if change.text is None else change.text,
                before.tone if change.text is None else change.tone,
            )
    return found
