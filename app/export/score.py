"""A Scene and frames per second in; what a film shows at each of them, out. Pure: no clock.

One step takes the same beats as on screen: the picture changes, pulses travel with their numbers,
what they bring appears when they land."""

from __future__ import annotations

from typing import NamedTuple

from app.errors import LimitError
from app.export.scene import Scene
from app.settings import settings

#: seconds: the last picture stays, a change fades, what lands appears, the least a step takes
HOLD, FADE, LANDING, LEAST = 2.0, 0.12, 0.2, 0.08
#: shares of a step: pulses arrive, what they bring begins to appear
ARRIVE, LAND = 0.72, 0.6


class Look(NamedTuple):
    """What is seen: `fade` (0…1) of the step's picture over the one before; pulses at `travel`
    (0…1) of their way, or gone (None); `land` (0…1) of what they bring."""

    step: int
    fade: float
    travel: float | None
    land: float


def step_seconds(scene: Scene) -> float:
    """What one step takes: as chosen, but a long film hurries.

    Raises LimitError where even then it would last too long."""
    count, most = len(scene.steps), settings().film_s
    room = (most - HOLD) / max(1, count)
    if room < LEAST:
        raise too_long(scene)
    return min(scene.how.seconds, max(LEAST, room))


def too_long(scene: Scene) -> LimitError:
    """The error of a film with too many steps or frames."""
    limits = settings()
    return LimitError(
        "film_length",
        lang=scene.how.lang,
        steps=len(scene.steps),
        limit=f"{limits.film_s:g}",
        most=limits.film_frames,
    )


def ease(share: float) -> float:
    """Slow at both ends, as CSS ease-in-out."""
    return share * share * (3 - 2 * share)


def look(scene: Scene, step: int, share: float, seconds: float) -> Look:
    """`share` (0…1) into a step that takes `seconds`."""
    if not scene.picture.steps or not scene.picture.steps[step].flows:
        return Look(step, min(1.0, share * seconds / FADE), None, 1.0)
    travel = ease(share / ARRIVE) if share < ARRIVE else None
    land = min(1.0, max(0.0, (share - LAND) * seconds / LANDING))
    return Look(step, min(1.0, share * seconds / FADE), travel, land)


def score(scene: Scene, rate: float, most: int) -> list[tuple[Look, int]]:
    """Each look and for how many frames it stays, at `rate` frames a second; looks in a row differ.
    Where there would be more than `most`, motion is drawn at fewer places.

    Raises LimitError where one look a step is still too many."""
    seconds = step_seconds(scene)
    ticks = max(1, round(seconds * rate))
    for every in range(1, ticks + 1):
        found = _score(scene, ticks, every, seconds, round(HOLD * rate), rate >= 20)
        if len(found) <= most:
            return found
    raise too_long(scene)


def _score(
    scene: Scene, ticks: int, every: int, seconds: float, hold: int, fades: bool
) -> list[tuple[Look, int]]:
    found: list[tuple[Look, int]] = []
    for step in scene.steps:
        for tick in range(ticks):
            start = tick // every * every
            share = (start + 0.5 * min(every, ticks - start)) / ticks
            seen = look(scene, step, share, seconds)
            if start + every >= ticks:  # a step ends at rest
                seen = Look(step, 1.0, None, 1.0)
            elif not fades:
                seen = seen._replace(fade=1.0, land=float(seen.land > 0))
            if found and found[-1][0] == seen:
                found[-1] = (seen, found[-1][1] + 1)
            else:
                found.append((seen, 1))
    last, count = found[-1]
    found[-1] = (last, count + hold)
    return found
