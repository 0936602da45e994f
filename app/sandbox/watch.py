"""A worker's progress in; at most twenty reports a second and a few sketches passed on, and how far
the job came, out."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.protocol import Progress, Sketch
from app.sandbox.channel import Dishonest
from app.words import say

#: reports a second that are passed on; an honest worker sends no more
PER_SECOND = 20
#: sketches an honest worker sends in one job: the wait between two doubles
SKETCHES = 16


def reports_allowed(deadline_s: float) -> int:
    """Frames an honest worker may send in one job, with room to spare."""
    return 100 + int(2 * PER_SECOND * deadline_s)


class Watch:
    """One job's progress."""

    def __init__(
        self,
        progress: Callable[[Progress], None] | None,
        sketch: Callable[[Sketch], None] | None = None,
    ) -> None:
        self.progress = progress
        self.sketch = sketch
        self.sketches = 0
        self.latest: Progress | None = None
        self.told = -1.0

    def note(self, report: Progress | Sketch) -> None:
        """Remember a report; pass it on if its stage is new, or the last was a moment ago.

        Raises Dishonest for more sketches than an honest worker draws."""
        if isinstance(report, Sketch):
            self.sketches += 1
            if self.sketches > SKETCHES:
                raise Dishonest("too many sketches")
            if self.sketch:
                self.sketch(report)
            return
        is_new = self.latest is None or self.latest.stage != report.stage
        self.latest = report
        now = time.monotonic()
        if self.progress and (is_new or now - self.told >= 1 / PER_SECOND):
            self.told = now
            self.progress(report)

    def place(self, lang: str) -> str:
        """How far the job came, in words."""
        stage = self.latest.stage if self.latest else "parse"
        count = self.latest.count if self.latest else 0
        return say(f"sandbox.stage.{stage}", lang, count=f"{count:,}")
