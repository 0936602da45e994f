"""Single flight: one piece of work for all who wait, stopped when nobody does."""

from __future__ import annotations

import asyncio

import pytest

from app.export.flight import Flight


def test_same_key_shares_work_and_news() -> None:
    async def story() -> None:
        flight: Flight[int] = Flight()
        starts = 0
        heard: list[tuple[int, int]] = []

        async def work(tell):  # type: ignore[no-untyped-def]
            nonlocal starts
            starts += 1
            await asyncio.sleep(0.01)
            tell(1, 2)
            return starts

        report = lambda done, of: heard.append((done, of))  # noqa: E731
        found = await asyncio.gather(*(flight.join("a", work, report) for _ in range(5)))
        assert found == [1] * 5 and heard == [(1, 2)] * 5
        assert await flight.join("a", work) == 2 and not flight.under_way

    asyncio.run(story())


def test_failure_reaches_everybody() -> None:
    async def story() -> None:
        flight: Flight[int] = Flight()

        async def work(tell):  # type: ignore[no-untyped-def]
            await asyncio.sleep(0)
            raise ValueError("no")

        found = await asyncio.gather(
            *(flight.join("a", work) for _ in range(3)), return_exceptions=True
        )
        assert [type(error) for error in found] == [ValueError] * 3

    asyncio.run(story())


def test_work_ends_with_its_last_waiter() -> None:
    async def story() -> None:
        flight: Flight[int] = Flight()
        ended = []

        async def work(tell):  # type: ignore[no-untyped-def]
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(True)
            return 1

        tasks = [asyncio.create_task(flight.join("a", work)) for _ in range(2)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        await asyncio.sleep(0.01)
        assert not ended
        tasks[1].cancel()
        await asyncio.sleep(0.01)
        assert ended and not flight.under_way
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]

    asyncio.run(story())
