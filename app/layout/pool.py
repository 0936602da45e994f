"""Plans in; Layouts out, from processes of their own that are killed when one takes too long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
#: layouts one may have to wait behind, all of the longest
PATIENCE = 3
#: the part of its time that a layout has while others wait, and how often that is looked at, seconds
SHARE, LOOK_S = 0.3, 0.2


class LayoutPool:
    """Runs pure functions (Graphviz is not thread-safe) in `workers` processes, each call within
    `seconds` of its beginning, or within a part of them where others wait. What one call does to its process is felt by no other call. A process
    calls `begin` before all else."""

    def __init__(
        self, workers: int, seconds: float, begin: Callable[[], None] | None = None
    ) -> None:
        self.seconds = seconds
        self.begin = begin
        self.idle = [self._fresh() for _ in range(workers)]
        self.busy: set[ProcessPoolExecutor] = set()
        self.turns = asyncio.Semaphore(workers)
        self.waiting = 0
        self.ending: set[asyncio.Future[None]] = set()

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`function(*args)` in a process. Raises TimeoutError where it takes too long, or where too
        many others do."""
        await self._turn()
        executor = self.idle.pop()
        self.busy.add(executor)
        future = asyncio.get_running_loop().run_in_executor(
            executor, _apply, function, args, kwargs
        )
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self._end_of(future)
            return future.result()
        except BrokenProcessPool as error:
            raise TimeoutError("layout") from error
        finally:
            end = asyncio.ensure_future(self._put_back(executor, future))
            self.ending.add(end)
            end.add_done_callback(self.ending.discard)

    async def _turn(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(self.seconds * PATIENCE):
                await self.turns.acquire()
        finally:
            self.waiting -= 1

    async def _end_of(self, future: asyncio.Future[R]) -> None:
        """Raises TimeoutError where it does not come in time."""
        start, wait = time.monotonic(), self.seconds * SHARE
        while not future.done():
            await asyncio.wait([future], timeout=wait)
            is_late = time.monotonic() - start >= self.seconds
            if not future.done() and (is_late or self.waiting):
                raise TimeoutError("layout")
            wait = LOOK_S

    async def _put_back(self, executor: ProcessPoolExecutor, future: asyncio.Future[R]) -> None:
        """The process for the next call, once it has ended this one; a fresh one for a stuck one."""
        if not future.done():  # cancelled or too late: a moment's grace is cheaper than a new start
            await asyncio.wait([future], timeout=min(1.0, self.seconds / 10))
        is_fine = future.done() and not isinstance(future.exception(), BrokenProcessPool)
        if not is_fine:
            _kill(executor)
        self.busy.discard(executor)
        self.idle.append(executor if is_fine else self._fresh())
        self.turns.release()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=self.begin)

    def close(self) -> None:
        """End the processes."""
        for task in self.ending:
            task.cancel()
        for executor in (*self.idle, *self.busy):
            _kill(executor)


def _kill(executor: ProcessPoolExecutor) -> None:
    for process in list(getattr(executor, "_processes", {}).values()):
        process.kill()
    executor.shutdown(wait=False, cancel_futures=True)


def _apply(function: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object]) -> R:
    return function(*args, **kwargs)
