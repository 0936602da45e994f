"""Drawing processes: confined, bounded in time and memory, killed with whoever waits."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.autograd import run
from app.errors import GradreelError
from app.export import How
from app.export import lane as lane_module
from app.export.lane import Lane
from app.export.order import Order
from app.graph import encode
from app.protocol import Job
from app.sandbox import probe
from app.settings import Settings

ODD = "tests.export.odd_press"
GRAPH = run(Job(source="x = 3.0\ny = x * x")).outcome.graph


def order(suffix: str, **how: Any) -> Order:
    assert GRAPH is not None
    return Order.of(encode(GRAPH), b"null", How(**how), suffix)


def within(story: Callable[[Lane], Awaitable[None]], **limits: Any) -> None:
    """A story told with a lane of one process."""

    async def told() -> None:
        lane = Lane(Settings(**limits), 1, 100, ODD)
        try:
            await story(lane)
        finally:
            await lane.close()

    asyncio.run(told())


async def code_of(work: Awaitable[bytes]) -> str:
    with pytest.raises(GradreelError) as error:
        await work
    return error.value.problem.code


def test_process_draws_and_is_used_again() -> None:
    async def story(lane: Lane) -> None:
        assert (await lane.draw(order("svg"))).startswith(b"<svg")
        first = lane.idle[0].process.pid
        assert b"x" in await lane.draw(order("json"))
        assert lane.idle[0].process.pid == first and lane.idle[0].orders == 2

    within(story)


def test_idle_process_gives_its_memory_back() -> None:
    async def story(lane: Lane) -> None:
        await lane.draw(order("svg"))
        lane.retire(60.0, keep=0)
        lane.retire(0.0, keep=1)
        assert len(lane.idle) == 1
        lane.retire(0.0, keep=0)
        assert not lane.idle
        await asyncio.gather(*lane.dying)

    within(story)


def test_process_is_replaced_after_its_uses() -> None:
    async def story(lane: Lane) -> None:
        lane.uses = 2
        for _ in range(2):
            await lane.draw(order("svg"))
        assert not lane.idle

    within(story)


def test_process_is_replaced_with_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(lane: Lane) -> None:
        await lane.draw(order("svg"))
        first = lane.idle[0].process.pid
        monkeypatch.setattr(lane_module, "stamp", lambda: (("embed.js", 1, 2),))
        for _ in range(2):
            assert (await lane.draw(order("svg"))).startswith(b"<svg")
        assert lane.idle[0].process.pid != first and lane.idle[0].orders == 2

    within(story)


def test_faults_are_told_and_replaced() -> None:
    async def story(lane: Lane) -> None:
        assert await code_of(lane.draw(order("odd.fail"))) == "export_failed"
        assert await code_of(lane.draw(order("odd.die"))) == "export_failed"
        assert await code_of(lane.draw(order("odd.swallow"))) == "export_memory"
        assert await code_of(lane.draw(order("odd.grow"))) == "export_file"
        assert (await lane.draw(order("svg"))).startswith(b"<svg")

    within(story, export_mib=512, export_file_mib=1)


def test_deadline_and_cancel_kill() -> None:
    async def story(lane: Lane) -> None:
        assert await code_of(lane.draw(order("odd.hang"))) == "export_deadline"
        heard: list[tuple[int, int]] = []
        lane.settings = Settings(export_s=60)
        task = asyncio.ensure_future(
            lane.draw(order("odd.hang"), lambda done, of: heard.append((done, of)))
        )
        while not heard:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert heard == [(1, 3)] and not lane.idle
        await asyncio.gather(*lane.dying)

    within(story, export_s=1.0)


@pytest.mark.skipif(not probe().kernel_enforced, reason="the kernel enforces nothing here")
def test_process_reaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADREEL_SECRET", "postgres://me:secret@db")

    async def story(lane: Lane) -> None:
        assert await lane.draw(order("odd.escape")) == b"nothing"
        scratch = lane.idle[0].scratch
        assert os.path.exists(os.path.join(scratch, "mine"))
        await lane.close()
        assert not os.path.exists(scratch)

    assert sys.platform == "linux"
    within(story)


def test_start_nobody_waits_for_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def story(lane: Lane) -> None:
        for seconds in (0.0, 0.005, 0.1):
            start = asyncio.ensure_future(lane.warm())
            await asyncio.sleep(seconds)
            start.cancel()
            with pytest.raises(asyncio.CancelledError):
                await start
        assert list(tmp_path.iterdir()) == []

    within(story)


def test_queue_is_bounded() -> None:
    async def story(lane: Lane) -> None:
        lane.most = 1
        found = await asyncio.gather(
            *(lane.draw(order("svg", step=n)) for n in range(4)), return_exceptions=True
        )
        codes = [one.problem.code for one in found if isinstance(one, GradreelError)]
        assert codes and set(codes) == {"busy"}

    within(story)
