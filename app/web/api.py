"""POST /api/v1/trace and the health of the server."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from app.errors import LimitError, Problem
from app.graph import Graph, Struct
from app.protocol import Job
from app.sandbox.mend import mended
from app.web.language import language_of
from app.web.limits import allowed
from app.web.schemas import TRACE_SCHEMA
from app.web.status import status_of

router = APIRouter()
#: seconds the body of a request may take to arrive
BODY_S = 30.0
T = TypeVar("T")


class Refusal(Struct, frozen=True, kw_only=True):
    """What a failed request answers: the problem, and the part of the graph that ran."""

    error: Problem
    graph: Graph | None = None


def reply(value: Any, status: int = 200, **headers: str) -> Response:
    """A struct as a JSON response."""
    body = msgspec.json.encode(value)
    return Response(body, status, media_type="application/json", headers=headers)


def refuse(request: Request, code: str, status: int, **words: Any) -> Response:
    """A problem of ours as a JSON response in the reader's language."""
    problem = LimitError(code, lang=language_of(request), **words).problem
    wait = {"Retry-After": "5"} if status in (429, 503) else {}
    return reply(Refusal(error=problem), status, **wait)


async def decoded(request: Request, kind: type[T], most: int) -> T:
    """The body as a struct. Raises LimitError beyond `most` bytes, where it dawdles, is not one, or
    says that it is something else."""
    body, lang = bytearray(), language_of(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in ("", "application/json"):
        raise LimitError("not_json", lang=lang, media=media[:100])
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    size, limit = len(body) // 1000, most // 8000
                    raise LimitError("source_too_large", lang=lang, size=size, limit=limit)
    except TimeoutError as error:
        raise LimitError("body_deadline", lang=lang, limit=f"{BODY_S:g}") from error
    except ClientDisconnect as error:
        raise LimitError("malformed", lang=lang) from error  # nobody is there to be told
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LimitError("malformed", lang=lang) from error


def refused(problem: Problem, graph: Graph | None = None) -> Response:
    """A problem as a JSON response with its status."""
    status = status_of(problem)
    wait = {"Retry-After": "5"} if status in (429, 503) else {}
    return reply(Refusal(error=problem, graph=graph), status, **wait)


@router.post("/api/v1/trace", openapi_extra=TRACE_SCHEMA)
async def trace(request: Request) -> Response:
    """Run a program and answer its Graph."""
    settings = request.app.state.settings
    if not allowed(request):
        return refuse(request, "too_many_requests", 429)
    try:
        job = await decoded(request, Job, settings.source_bytes * 8)
    except LimitError as error:
        return refused(error.problem)
    if not request.app.state.pool.ready:
        return refuse(request, "busy", 503)
    pool = request.app.state.pool
    outcome = await mended(pool, job, await pool.run(job))
    if outcome.problem is not None:
        return reply(Refusal(error=outcome.problem, graph=outcome.graph), 422)
    return reply(outcome.graph)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The server answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Programs can run now."""
    ready = request.app.state.pool.ready
    status = {"status": "ready" if ready else "starting"}
    return reply(status, 200 if ready else 503, **({} if ready else {"Retry-After": "2"}))


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counts in Prometheus' text format."""
    pool, cache = request.app.state.pool, request.app.state.studio.cache
    lines = [
        "# TYPE gradreel_spare_workers gauge",
        f"gradreel_spare_workers {len(pool.spares)}",
        "# TYPE gradreel_documents gauge",
        f"gradreel_documents {len(pool.documents)}",
        "# TYPE gradreel_runs_total counter",
        f"gradreel_runs_total {pool.runs}",
        "# TYPE gradreel_render_cache_hits_total counter",
        f"gradreel_render_cache_hits_total {cache.hits}",
        "# TYPE gradreel_render_cache_misses_total counter",
        f"gradreel_render_cache_misses_total {cache.misses}",
        "# TYPE gradreel_remembered_runs_bytes gauge",
        f"gradreel_remembered_runs_bytes {request.app.state.runs.size}",
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
