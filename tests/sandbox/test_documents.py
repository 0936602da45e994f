"""Sessions in; whose worker answers, waits, or is gone, out."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest
from conftest import hurry, until

from app.explanations import Slice
from app.protocol import Job


@pytest.fixture(autouse=True)
def _no_documents(house):
    """Every test begins with no document open."""
    house.pool.documents.clear()


def cpu_ticks(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_slice_reads_last_run(house) -> None:
    house.run("x = 3.5", session="a")
    assert house.slice("a", "x").value.data == 3.5


def test_documents_see_only_themselves(house) -> None:
    house.run("x = 1.0", session="a")
    house.run("x = 2.0; y = 3.0", session="b")
    assert house.slice("a", "x").value.data == 1.0
    assert house.slice("a", "y").value.data is None
    assert house.slice("b", "x").value.data == 2.0


def test_new_run_replaces_worker(house) -> None:
    house.run("x = 1.0", session="a")
    first = house.pool.documents.workers["a"]
    house.run("x = 2.0", session="a")
    assert first.is_dead
    assert house.slice("a", "x").value.data == 2.0


def test_failed_run_keeps_worker(house) -> None:
    house.run("x = 1.0", session="a")
    assert house.run("1 / 0", session="a").problem is not None
    assert house.run("os._exit(1)", session="a").problem is not None
    assert house.slice("a", "x").value.data == 1.0


def test_unknown_document_is_gone(house) -> None:
    assert house.slice("nobody", "x").problem.code == "session_gone"


def test_dropped_document_is_gone(house) -> None:
    house.run("x = 1.0", session="a")
    house.pool.drop("a")
    assert house.slice("a", "x").problem.code == "session_gone"


def test_least_recently_used_goes(house) -> None:
    for name in ("a", "b"):
        house.run("x = 1.0", session=name)
    house.slice("a", "x")
    house.run("x = 1.0", session="c")
    assert sorted(house.pool.documents.workers) == ["a", "c"]


def test_idle_document_is_swept(house) -> None:
    house.run("x = 1.0", session="a")
    house.run("x = 1.0", session="b")
    house.pool.documents.workers["a"].used -= house.pool.settings.session_idle_s + 1
    house.pool.documents.sweep()
    assert list(house.pool.documents.workers) == ["b"]


def test_kept_worker_costs_nothing(house) -> None:
    source = "x = 1.0\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()"
    house.run(source, session="a")
    pid = house.pool.documents.workers["a"].pid

    def is_still() -> bool:
        before = cpu_ticks(pid)
        time.sleep(0.3)
        return cpu_ticks(pid) == before

    assert until(is_still)
    assert house.slice("a", "x").value.data == 1.0


def test_endless_slice_meets_deadline(house, monkeypatch) -> None:
    house.run("def answer():\n    while True: pass", session="a")
    hurry(house, monkeypatch)
    assert house.slice("a", "x").problem.code == "deadline"
    assert house.slice("a", "x").problem.code == "session_gone"


def test_dying_slice_is_a_problem(house) -> None:
    house.run("def answer(): os._exit(1)", session="a")
    assert house.slice("a", "x").problem is not None
    assert "a" not in house.pool.documents


def test_lying_slice_is_refused(house) -> None:
    house.run("def answer(): progress(Progress(stage='graph'))", session="a")
    assert house.slice("a", "x").problem.code == "worker_reply"


def test_slices_side_by_side_agree(house) -> None:
    house.run("x = 1.0; y = 2.0", session="a")

    async def both():
        asked = [house.pool.ask("a", Slice(node=n, output=0)) for n in "xyxy"]
        return await asyncio.gather(*asked)

    assert [s.value.data for s in house.runner.run(both())] == [1.0, 2.0, 1.0, 2.0]


def test_cancelled_slice_ends_document(house) -> None:
    house.run("x = 1.0\ndef answer(): time.sleep(0.3)", session="a")

    async def hasty() -> None:
        task = asyncio.ensure_future(house.pool.ask("a", Slice(node="x", output=0)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    house.runner.run(hasty())
    assert "a" not in house.pool.documents


def test_cancelled_run_keeps_old_worker(house) -> None:
    house.run("x = 1.0", session="a")

    async def hasty() -> None:
        job = Job(source="while True: pass")
        task = asyncio.ensure_future(house.pool.run(job, session="a"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    house.runner.run(hasty())
    assert house.slice("a", "x").value.data == 1.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process holds")
def test_hoarding_document_loses_its_worker(house, monkeypatch) -> None:
    monkeypatch.setattr(house.pool.documents, "room", 100 << 20)
    house.run("x = 1.0", session="small")
    house.run("x = 2.0; hoard = b'x' * (200 << 20)", session="large")
    assert house.slice("small", "x").value.data == 1.0
    assert house.slice("large", "x").problem.code == "session_gone"
