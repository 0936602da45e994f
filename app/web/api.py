"""POST /api/v1/trace and the health of the server."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app.errors import LimitError, Problem
from app.graph import Graph, Struct
from app.protocol import Job
from app.web.limits import allowed

router = APIRouter()


class Refusal(Struct, frozen=True, kw_only=True):
    """What a failed request answers: the problem, and the part of the graph that ran."""

    error: Problem
    graph: Graph | None = None


def reply(value: Any, status: int = 200, **headers: str) -> Response:
    """A struct as a JSON response."""
    body = msgspec.json.encode(value)
    return Response(body, status, media_type="application/json", headers=headers)


def refuse(code: str, status: int, **words: Any) -> Response:
    """A problem of ours as a JSON response."""
    wait = {"Retry-After": "5"} if status in (429, 503) else {}
    return reply(Refusal(error=LimitError(code, **words).problem), status, **wait)


TRACE_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["source"],
                    "properties": {
                        "source": {"type": "string", "description": "the program as pasted"},
                        "language": {"type": ["string", "null"], "enum": ["torch", "math", None]},
                        "inputs": {"type": "object", "description": "values of free variables"},
                        "options": {
                            "type": "object",
                            "properties": {
                                "device": {"type": "string", "default": "cpu"},
                                "dtype": {"enum": ["float32", "float64"], "default": "float32"},
                                "seed": {"type": "integer", "default": 0},
                                "root": {"type": ["string", "null"]},
                                "lang": {"enum": ["en", "es"], "default": "en"},
                            },
                        },
                    },
                }
            }
        },
    },
    "responses": {
        "200": {"description": "the Graph, gradreel.graph/1"},
        "422": {"description": "the program is at fault: {error: {code, message, hint, span}}"},
        "413": {"description": "the request is too large"},
        "429": {"description": "too many requests"},
    },
}


@router.post("/api/v1/trace", openapi_extra=TRACE_SCHEMA)
async def trace(request: Request) -> Response:
    """Run a program and answer its Graph."""
    settings = request.app.state.settings
    if not allowed(request):
        return refuse("too_many_requests", 429)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > settings.source_bytes * 8:
            limit = settings.source_bytes // 1000
            return refuse("source_too_large", 413, size=len(body) // 1000, limit=limit)
    try:
        job = msgspec.json.decode(bytes(body), type=Job)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return refuse("malformed", 422)
    if not request.app.state.pool.ready:
        return refuse("busy", 503)
    outcome = await request.app.state.pool.run(job)
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
    pool = request.app.state.pool
    lines = [
        "# TYPE gradreel_spare_workers gauge",
        f"gradreel_spare_workers {len(pool.spares)}",
        "# TYPE gradreel_documents gauge",
        f"gradreel_documents {len(pool.documents)}",
        "# TYPE gradreel_runs_total counter",
        f"gradreel_runs_total {pool.runs}",
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
