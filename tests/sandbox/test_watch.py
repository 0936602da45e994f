"""Progress in; what is passed on, and the words for how far a job came, out."""

from __future__ import annotations

import pytest
from attack_entry import graph_of

from app.protocol import Progress, Sketch
from app.sandbox.channel import Dishonest
from app.sandbox.watch import SKETCHES, Watch, reports_allowed


def test_new_stages_always_pass() -> None:
    seen: list[Progress] = []
    watch = Watch(seen.append)
    for stage in ("parse", "forward", "backward"):
        watch.note(Progress(stage=stage))
    assert [report.stage for report in seen] == ["parse", "forward", "backward"]


def test_hurried_reports_are_thinned() -> None:
    seen: list[Progress] = []
    watch = Watch(seen.append)
    for count in range(1000):
        watch.note(Progress(stage="forward", count=count))
    assert len(seen) < 20
    assert watch.latest.count == 999


def test_place_is_in_words() -> None:
    watch = Watch(None)
    assert watch.place("en") == "before it began"
    watch.note(Progress(stage="forward", count=12_345))
    assert watch.place("en") == "in the forward pass, 12,345 ops in"
    assert "12,345 operaciones" in watch.place("es")


def test_longer_jobs_may_report_more() -> None:
    assert reports_allowed(10) >= 20 * 10
    assert reports_allowed(600) > reports_allowed(10)


def test_sketches_pass_and_change_no_place() -> None:
    seen: list[Sketch] = []
    watch = Watch(None, seen.append)
    watch.note(Progress(stage="backward", count=7))
    sketch = Sketch(graph=graph_of(""), events=9, shown=3)
    watch.note(sketch)
    assert seen == [sketch]
    assert watch.latest.stage == "backward"


def test_flood_of_sketches_is_dishonest() -> None:
    watch = Watch(None)
    with pytest.raises(Dishonest):
        for _ in range(SKETCHES + 1):
            watch.note(Sketch(graph=graph_of(""), events=9, shown=3))
