"""Many waiting for the same thing in; the work done once, its news and its end told to all, out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from app.export.formats import Report, silent

T = TypeVar("T")


class _Work(Generic[T]):
    """One piece of work and those who wait for it."""

    def __init__(self, start: Callable[[Report], Awaitable[T]]) -> None:
        self.listeners: list[Report] = []
        self.task: asyncio.Future[T] = asyncio.ensure_future(start(self.tell))

    def tell(self, done: int, of: int) -> None:
        for listener in list(self.listeners):
            listener(done, of)


class Flight(Generic[T]):
    """Single flight: whoever asks for a key under way waits for the same work."""

    def __init__(self) -> None:
        self.under_way: dict[str, _Work[T]] = {}

    async def join(
        self, key: str, start: Callable[[Report], Awaitable[T]], report: Report = silent
    ) -> T:
        """What `start` gives, or raises. The work is cancelled when nobody waits any more."""
        work = self.under_way.get(key)
        if work is None:
            work = self.under_way[key] = _Work(start)
            work.task.add_done_callback(lambda _: self._landed(key, work))
        work.listeners.append(report)
        try:
            return await asyncio.shield(work.task)
        finally:
            work.listeners.remove(report)
            if not work.listeners and not work.task.done():
                self._landed(key, work)
                work.task.cancel()

    def _landed(self, key: str, work: _Work[T]) -> None:
        if self.under_way.get(key) is work:
            del self.under_way[key]
        if work.task.done() and not work.task.cancelled():
            work.task.exception()  # whoever waited has it; nobody else needs to hear
