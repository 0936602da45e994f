"""Settings in; the ASGI application with its pool of workers, out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from app import __version__
from app.assets import static_dir
from app.doctor import Device, devices
from app.export.scratch import new_folder, remove
from app.export.studio import Studio
from app.layout import LayoutPool
from app.sandbox import Fleet
from app.sandbox.withdraw import withdraw
from app.settings import Settings, settings
from app.store.database import Database
from app.store.links import Links
from app.web import api, embed, exports, images, links, live, oembed, pages
from app.web.faults import unanswered, unreadable
from app.web.hosts import OnlyHosts
from app.web.limits import Bucket, Seats
from app.web.middleware import Compressed, guard
from app.web.scenes import Runs
from app.web.shelf import Shelf


def create_app(chosen: Settings | None = None, pool: Any = None) -> FastAPI:
    """The application. `pool` may be any object with Pool's methods (tests pass one)."""
    limits = chosen or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = pool or Fleet(limits)
        scratch = new_folder()
        alone = partial(withdraw, limits, scratch, os.getpid())
        app.state.layouts = LayoutPool(limits.layout_workers, limits.layout_s, alone)
        app.state.studio = Studio(limits)
        app.state.runs = Runs(app.state.pool, limits.runs_mib << 20)
        asked = asyncio.create_task(asyncio.to_thread(devices))
        await app.state.pool.start()
        offering = asyncio.create_task(offer(app, await asked))
        app.state.studio.start()
        app.state.links = Links(Database(limits.database))
        tidying = asyncio.create_task(links.tidy(app.state.links))
        try:
            yield
        finally:
            for task in (tidying, offering):
                task.cancel()
            await asyncio.gather(tidying, offering, return_exceptions=True)
            app.state.links.database.close()
            await app.state.studio.close()
            app.state.layouts.close()
            remove(scratch)
            await app.state.pool.close()

    app = FastAPI(
        title="Gradreel", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.settings = limits
    app.state.devices = [Device(name="cpu", label="CPU")]
    app.state.bucket = Bucket(limits.requests_per_minute)
    app.state.link_bucket = Bucket(limits.links_per_minute)
    app.state.seats = Seats(limits.sockets, limits.sockets_per_address)
    app.state.shelf = Shelf(limits.pages_mib << 20)
    app.middleware("http")(guard)
    app.add_middleware(Compressed, minimum_size=1000, compresslevel=6)
    app.add_middleware(OnlyHosts, settings=limits)
    for module in (pages, api, exports, images, links, embed, oembed, live):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=static_dir(), check_dir=False), name="static")
    app.add_exception_handler(HTTPException, unanswered)
    app.add_exception_handler(RequestValidationError, unreadable)
    return app


async def offer(app: FastAPI, found: list[Device]) -> None:
    """Start workers for the devices beside the CPU; pages offer those that came up."""
    beside = [one.name for one in found if one.reason is None and one.name != "cpu"]

    def known(reason: str, there: Container[str]) -> list[Device]:
        late = [one.name in beside and one.name not in there for one in found]
        return [replace(d, reason=reason) if is_late else d for d, is_late in zip(found, late)]

    app.state.devices = known("starting", ())
    if beside and isinstance(app.state.pool, Fleet):
        await app.state.pool.admit(beside)
        app.state.devices = known("no_start", app.state.pool.others)
