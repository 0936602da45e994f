"""A key and an order in; the file, drawn once for everybody who asks and remembered, out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.export.cache import RenderCache, fingerprint
from app.export.flight import Flight
from app.export.formats import FORMATS, Report, silent
from app.export.lane import Lane
from app.export.order import Order
from app.export.scratch import sweep
from app.settings import Settings

#: files a process draws before a fresh one takes its place
STILLS_EACH, FILMS_EACH = 200, 8
#: seconds after which an idle process gives its memory back
IDLE_S = 300.0


class Studio:
    """Two lanes, so that a film never delays a still; a cache on disk; single flight."""

    def __init__(self, settings: Settings) -> None:
        self.stills = Lane(settings, settings.export_workers, STILLS_EACH)
        self.films = Lane(settings, settings.export_workers, FILMS_EACH)
        self.cache = RenderCache(settings.cache_folder, settings.cache_mib << 20)
        self.flight: Flight[bytes] = Flight()
        self.tending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Warm up and tidy up in the background."""
        self.tending = asyncio.create_task(self._tend())

    async def _tend(self) -> None:
        await self.stills.warm()
        await asyncio.to_thread(fingerprint)
        await asyncio.to_thread(sweep)
        while True:
            await asyncio.sleep(IDLE_S / 5)
            self.stills.retire(IDLE_S, keep=1)
            self.films.retire(IDLE_S, keep=0)

    async def found(self, key: str, suffix: str) -> bytes | None:
        """What the cache has. Raises ValueError for a name that is none of ours."""
        self.cache.path_of(key, suffix)
        return await asyncio.to_thread(self.cache.get, key, suffix)

    async def file(
        self,
        key: str,
        suffix: str,
        order: Callable[[], Awaitable[Order]],
        report: Report = silent,
    ) -> bytes:
        """The file under this key; where it has to be drawn, `order()` says what. Raises what
        `order` raises, and LimitError as Lane.draw does."""
        found = await self.found(key, suffix)
        if found is not None:
            return found

        async def work(tell: Report) -> bytes:
            content = await self.lane_of(suffix).draw(await order(), tell)
            await asyncio.to_thread(self.cache.put, key, suffix, content)
            return content

        return await self.flight.join(f"{key}.{suffix}", work, report)

    def lane_of(self, suffix: str) -> Lane:
        """Films are what shows all steps."""
        return self.films if FORMATS[suffix].moves else self.stills

    async def close(self) -> None:
        """End the processes."""
        if self.tending:
            self.tending.cancel()
            await asyncio.gather(self.tending, return_exceptions=True)
        await asyncio.gather(self.stills.close(), self.films.close())
