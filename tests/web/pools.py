"""Pools for tests that are not about confinement: one runs nothing, one runs in this process."""

from __future__ import annotations

import asyncio

from app.autograd import run
from app.protocol import Job, Outcome


class IdlePool:
    """Ready, and runs nothing."""

    ready = True

    def has_room(self, job: Job) -> bool:
        """Nobody waits."""
        return True

    async def start(self) -> None:
        """Nothing to start."""

    async def close(self) -> None:
        """Nothing to close."""

    def drop(self, session: str) -> None:
        """Nothing to forget."""


class CountingPool(IdlePool):
    """Runs in this very process, and counts."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self, job: Job, session: str | None = None) -> Outcome:
        self.runs += 1
        await asyncio.sleep(0.01)
        return run(job).outcome
