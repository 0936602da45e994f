"""A failure that no route answered itself (no such route, wrong method, a query it cannot read, a
bug of ours) in; the answer its reader expects (JSON, picture, player or page), out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import LimitError
from app.web import embed, images
from app.web.api import refused
from app.web.language import language_of
from app.web.pages import render
from app.web.status import status_of

#: how the paths begin that programs read
APIS = ("/api/", "/oembed", "/openapi.json", "/healthz", "/readyz", "/metrics")
#: characters of an address or a method that are repeated
LONGEST = 100


async def unanswered(request: Request, error: Exception) -> Response:
    """No such route, or not by this method."""
    assert isinstance(error, HTTPException)
    path = request.url.path[:LONGEST]
    headers = error.headers or {}
    if error.status_code == 405:
        method, allowed = request.method[:LONGEST], headers.get("Allow", "GET")
        return told(request, "wrong_method", headers, path=path, method=method, allowed=allowed)
    if error.status_code == 404:
        return told(request, "not_found", headers, path=path)
    return told(request, "malformed", headers)


async def unreadable(request: Request, error: Exception) -> Response:
    """A query that is missing something, or whose numbers are none."""
    assert isinstance(error, RequestValidationError)
    names = [str(one["loc"][-1])[:LONGEST] for one in error.errors()]
    return told(request, "query", name=", ".join(dict.fromkeys(names)))


def failed(request: Request) -> Response:
    """A bug of ours, from within the exception; the log gets all of it, the reader that it is ours."""
    logging.getLogger("gradreel").exception("unhandled error")
    return told(request, "server_failed")


def told(
    request: Request, code: str, headers: Mapping[str, str] | None = None, **words: Any
) -> Response:
    """The problem as this path's readers expect it, in their language."""
    problem = LimitError(code, lang=language_of(request), **words).problem
    path = request.url.path
    if path.startswith(APIS):
        answer = refused(problem)
    elif path.startswith("/img/"):
        answer = images.sorry(request, problem, path.rpartition(".")[2])
    elif path.startswith("/embed/"):
        answer = embed.refuse(request, problem)
    else:
        status = status_of(problem)
        answer = render(request, "error.html", status, code=status, problem=problem)
    answer.headers.update(headers or {})
    return answer
