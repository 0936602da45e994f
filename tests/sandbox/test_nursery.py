"""The zygote seen from the server: its environment, its children, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import pytest
from conftest import until

from app.errors import WorkerError
from app.sandbox.nursery import Nursery, environment
from app.settings import Settings


def status_of(pid: int) -> dict[str, str]:
    with open(f"/proc/{pid}/status") as file:
        return dict(line.split(":", 1) for line in file.read().splitlines())


def test_environment_holds_no_secret(monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("GRADREEL_DATABASE", "hunter2")
    assert "hunter2" not in str(environment(Settings()))


def test_environment_carries_limits() -> None:
    chosen = environment(Settings(memory_mib=77, deadline_s=2.5))
    assert chosen["GRADREEL_MEMORY_MIB"] == "77"
    assert chosen["GRADREEL_DEADLINE_S"] == "2.5"
    assert "GRADREEL_HOST" not in chosen


def test_zygote_has_one_thread(house) -> None:
    assert status_of(house.pool.nursery.process.pid)["Threads"].strip() == "1"


def test_fate_is_exit_status(house) -> None:
    async def killed() -> int | None:
        worker = await house.pool.nursery.fork()
        worker.grip.signal(signal.SIGTERM)
        fate = await house.pool.nursery.fate(worker)
        worker.kill()
        return fate

    assert house.runner.run(killed()) == -signal.SIGTERM


def test_living_worker_has_no_fate(house) -> None:
    async def alive() -> int | None:
        worker = await house.pool.nursery.fork()
        try:
            return await house.pool.nursery.fate(worker)
        finally:
            worker.kill()

    assert house.runner.run(alive()) is None


def test_zombies_are_reaped(house) -> None:
    for _ in range(5):
        house.run("out = 1")
    zygote = house.pool.nursery.process.pid

    def zombies() -> int:
        with open(f"/proc/{zygote}/task/{zygote}/children") as file:
            children = [int(pid) for pid in file.read().split()]
        states = []
        for pid in children:
            with contextlib.suppress(OSError):
                states.append(status_of(pid)["State"].strip())
        return sum(state.startswith("Z") for state in states)

    # the youngest keeps its number until the next question
    assert until(lambda: zombies() <= 1)


def test_workers_end_with_zygote(house) -> None:
    async def orphaned() -> bool:
        worker = await house.pool.nursery.fork()
        assert await worker.greeted(10)
        os.kill(house.pool.nursery.process.pid, signal.SIGKILL)
        try:
            return await worker.grip.ended(30)
        finally:
            worker.kill()

    assert house.runner.run(orphaned())
    assert house.said("out = 'again'") == "again"


def test_spares_of_a_dead_zygote_are_not_tried_one_after_another(house) -> None:
    async def orphan_two() -> None:
        spares = [await house.pool.nursery.fork() for _ in range(2)]
        for spare in spares:
            assert await spare.greeted(10)
        os.kill(house.pool.nursery.process.pid, signal.SIGKILL)
        for spare in spares:
            assert await spare.grip.ended(30)
            spare.reader.at_eof = lambda: False  # as if nobody had noticed yet
        house.pool.spares.extendleft(spares)

    house.runner.run(orphan_two())
    assert house.said("out = 'again'") == "again"


def test_closed_nursery_forks_nothing() -> None:
    async def late() -> None:
        nursery = Nursery(Settings(), "attack_entry:run")
        await nursery.close()
        with pytest.raises(WorkerError):
            await nursery.fork()

    asyncio.run(late())
