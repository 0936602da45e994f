"""Plans in; Layouts out, from a process of their own that is killed when it takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class LayoutPool:
    """Runs pure functions (Graphviz is not thread-safe) in `workers` processes, each call within
    `seconds`. Raises TimeoutError after them, and starts a fresh process for the next call."""

    def __init__(self, workers: int, seconds: float) -> None:
        self.workers = workers
        self.seconds = seconds
        self.executor = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`function(*args)` in the process."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self.executor, _apply, function, args, kwargs)
        try:
            async with asyncio.timeout(self.seconds):
                result: R = await future
                return result
        except (TimeoutError, BrokenProcessPool) as error:
            self._restart()
            raise TimeoutError("layout") from error

    def _restart(self) -> None:
        for process in list(getattr(self.executor, "_processes", {}).values()):
            process.kill()
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self._fresh()

    def close(self) -> None:
        """End the processes."""
        for process in list(getattr(self.executor, "_processes", {}).values()):
            process.kill()
        self.executor.shutdown(wait=False, cancel_futures=True)


def _apply(function: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object]) -> R:
    return function(*args, **kwargs)
