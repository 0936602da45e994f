"""Settings in; the ASGI application with its pool of workers, out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from app import __version__
from app.assets import static_dir
from app.layout import LayoutPool
from app.sandbox import Pool
from app.settings import Settings, settings
from app.web import api, live, pages
from app.web.limits import Bucket
from app.web.middleware import guard


def create_app(chosen: Settings | None = None, pool: Any = None) -> FastAPI:
    """The application. `pool` may be any object with Pool's methods (tests pass one)."""
    limits = chosen or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = pool or Pool(limits)
        app.state.layouts = LayoutPool(limits.layout_workers, limits.layout_s)
        await app.state.pool.start()
        try:
            yield
        finally:
            app.state.layouts.close()
            await app.state.pool.close()

    app = FastAPI(
        title="Gradreel", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.settings = limits
    app.state.bucket = Bucket(limits.requests_per_minute)
    app.middleware("http")(guard)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    for router in (pages.router, api.router, live.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=static_dir(), check_dir=False), name="static")
    app.add_exception_handler(HTTPException, missing)
    return app


async def missing(request: Request, error: Exception) -> Response:
    """404 and its like: a page for people, JSON for programs."""
    status = getattr(error, "status_code", 500)
    if request.url.path.startswith("/api/"):
        return api.refuse("not_found", status, path=request.url.path[:100])
    return pages.render(request, "error.html", status, code=status)
