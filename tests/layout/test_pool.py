"""Calls that end well, late or badly in; what becomes of the calls beside them, out."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.layout import LayoutPool

SECONDS = 3.0


def end() -> None:
    os._exit(3)


@asynccontextmanager
async def warm() -> AsyncIterator[LayoutPool]:
    pool = LayoutPool(1, SECONDS)
    try:
        await pool.call(abs, -1)
        yield pool
    finally:
        pool.close()


def alone(test: Callable[[LayoutPool], Awaitable[None]]) -> None:
    async def run() -> None:
        async with warm() as pool:
            await test(pool)

    asyncio.run(run())


@pytest.mark.parametrize("bad", [(time.sleep, 60), (end,)], ids=["late", "dying"])
def test_bad_call_spoils_no_other(bad: tuple[Any, ...]) -> None:
    async def test(pool: LayoutPool) -> None:
        calls = [pool.call(*bad), pool.call(abs, -2), pool.call(abs, -3)]
        first, *rest = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(first, TimeoutError)
        assert rest == [2, 3]

    alone(test)


def test_waiting_is_no_part_of_the_deadline() -> None:
    async def test(pool: LayoutPool) -> None:
        naps = [pool.call(time.sleep, 0.2 * SECONDS) for _ in range(6)]
        assert await asyncio.gather(*naps) == [None] * 6

    alone(test)


def test_long_call_ends_early_only_where_others_wait() -> None:
    async def test(pool: LayoutPool) -> None:
        assert await pool.call(time.sleep, 0.6 * SECONDS) is None
        calls = [pool.call(time.sleep, 0.9 * SECONDS), pool.call(abs, -2)]
        late, other = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(late, TimeoutError) and other == 2

    alone(test)


def test_cancelled_call_gives_its_process_back() -> None:
    async def test(pool: LayoutPool) -> None:
        stuck = asyncio.create_task(pool.call(time.sleep, 60))
        await asyncio.sleep(0.1)
        stuck.cancel()
        assert await pool.call(abs, -4) == 4
        assert len(pool.idle) + len(pool.busy) == 1

    alone(test)


def test_failure_is_the_callers() -> None:
    async def test(pool: LayoutPool) -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.call(divmod, 1, 0)
        assert await pool.call(abs, -5) == 5

    alone(test)
