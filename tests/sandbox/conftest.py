"""One pool for each module that asks: programs in, what became of them out."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.explanations import Slice, Sliced
from app.protocol import Job, Outcome, Progress
from app.sandbox import Pool
from app.sandbox.handle import Worker
from app.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))  # a zygote finds attack_entry where we do

LIMITS = Settings(
    deadline_s=20.0,  # a busy machine must not turn another ending into this one
    memory_mib=512,
    reply_bytes=4_000_000,
    sessions=2,
    session_idle_s=60,
    running_workers=2,
)


class House:
    """A pool and the loop it lives on."""

    def __init__(self, settings: Settings = LIMITS) -> None:
        self.runner = asyncio.Runner()
        self.pool = Pool(settings, "attack_entry:run")
        self.runner.run(self.pool.start())

    def run(
        self, source: str, session: str | None = None, seen: list[Progress] | None = None
    ) -> Outcome:
        """One program's outcome."""
        note = None if seen is None else seen.append
        return self.runner.run(self.pool.run(Job(source=source), progress=note, session=session))

    def said(self, source: str) -> str:
        """What the program left in `out`, or the exception that ended it."""
        outcome = self.run(source)
        return outcome.problem.message if outcome.problem else outcome.graph.program.source

    def code(self, source: str) -> str | None:
        """The code of the program's problem."""
        problem = self.run(source).problem
        return problem.code if problem else None

    def slice(self, session: str, name: str) -> Sliced:
        """A variable of a document's last program."""
        return self.runner.run(self.pool.ask(session, Slice(node=name, output=0)))

    def spare(self) -> Worker:
        """The worker the next job will get, confined and waiting."""

        async def first() -> Worker:
            while not (self.pool.spares and await self.pool.spares[0].greeted(10)):
                await asyncio.sleep(0.01)
            return self.pool.spares[0]

        return self.runner.run(first())

    def close(self) -> None:
        """End the pool."""
        self.runner.run(self.pool.close())
        self.runner.close()


def hurry(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pool's programs have one second, until the test ends."""
    hurried = house.pool.settings.model_copy(update={"deadline_s": 1.0})
    monkeypatch.setattr(house.pool, "settings", hurried)


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """The module's pool."""
    built = House()
    yield built
    built.close()
