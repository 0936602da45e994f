"""Progress in; what is passed on, and the words for how far a job came, out."""

from __future__ import annotations

from app.protocol import Progress
from app.sandbox.watch import Watch, reports_allowed


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
