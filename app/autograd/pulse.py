"""Moments of a running program in; how far it is, and a few sketches of it, out.

Called after ops on large tensors, after every sixteenth other op and fourth other autograd node,
and at every turn of a loop: between two calls nothing is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.autograd.sketch import sketch, so_far
from app.protocol import Progress, Sketch

if TYPE_CHECKING:
    from app.autograd.capture import Capture
    from app.autograd.runner import Session

Report = Callable[[Progress | Sketch], None]
#: seconds between two reports, and before the first
PERIOD_S = 0.05
#: seconds of running before the first sketch; the wait doubles after each
FIRST_S = 0.7
#: part of the time run that sketches may take
SHARE = 0.02
#: seconds an event costs in a sketch, until one has been measured
GUESS_S = 150e-6
#: fewer events are no sketch
FEWEST = 12


class Pulse:
    """One run's heart: call it to let it look at the clock."""

    def __init__(self, session: Session, state: Capture, report: Report) -> None:
        self.session = session
        self.state = state
        self.report = report
        self.start = self.last = time.monotonic()
        self.stage = "parse"
        self.wait = FIRST_S
        self.due = self.start + FIRST_S
        self.spent = 0.0
        self.cost = GUESS_S
        self.shown = (0, 0)

    def __call__(self, stage: Any, count: int, total: int | None = None) -> None:
        now = time.monotonic()
        if now - self.last > PERIOD_S or stage != self.stage:
            self.last, self.stage = now, stage
            self.report(Progress(stage=stage, count=count, total=total))
            if now >= self.due:
                self.sketch(now)

    def sketch(self, now: float) -> None:
        """Send what the time allows of the graph so far, if it is more than was sent before."""
        affordable = int((SHARE * (now - self.start) - self.spent) / self.cost)
        events = so_far(self.state.events, affordable)
        shown = (len(events), len(self.state.events))
        if len(events) < FEWEST or shown[0] <= self.shown[0]:
            self.due = now + 10 * PERIOD_S
            return
        if (drawn := sketch(self.session, self.state, events)) is not None:
            self.report(drawn)
            self.shown = shown
        took = time.monotonic() - now
        self.spent += took
        self.cost = took / len(events)
        self.wait *= 2
        self.due = now + self.wait
