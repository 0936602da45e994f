"""The studio: drawn once, remembered, and a film never in the way of a still."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.autograd import run
from app.export import How
from app.export.cache import key_of
from app.export.formats import FORMATS, Report
from app.export.order import Order
from app.export.studio import Studio
from app.graph import encode
from app.protocol import Job
from app.settings import Settings

GRAPH = encode(run(Job(source="x = 3.0\ny = x * x")).outcome.graph)


def test_identical_requests_are_drawn_once(tmp_path: Path) -> None:
    async def story() -> None:
        studio = Studio(Settings(cache_dir=str(tmp_path)))
        key, ordered = key_of([b"state"], How(), "svg"), 0

        async def order() -> Order:
            nonlocal ordered
            ordered += 1
            return Order.of(GRAPH, b"null", How(), "svg")

        files = await asyncio.gather(*(studio.file(key, "svg", order) for _ in range(8)))
        again = await studio.file(key, "svg", order)
        await studio.close()
        assert ordered == 1 and set(files) == {again} and again.startswith(b"<svg")

    asyncio.run(story())


def test_film_is_not_in_the_way_of_a_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        studio = Studio(Settings(cache_dir=str(tmp_path)))
        never = asyncio.Event()

        async def slow(order: Order, report: Report) -> bytes:
            await never.wait()
            return b""

        async def still() -> Order:
            return Order.of(GRAPH, b"null", How(), "svg")

        monkeypatch.setattr(studio.films, "draw", slow)
        monkeypatch.setitem(
            FORMATS,
            "json",
            FORMATS["json"].__class__(suffix="json", media="x", module="x", moves=True),
        )
        film = asyncio.ensure_future(studio.file(key_of([b"s"], How(), "json"), "json", still))
        assert await studio.file(key_of([b"s"], How(), "svg"), "svg", still)
        assert not film.done()
        film.cancel()
        await studio.close()

    asyncio.run(story())
