"""POST /api/v1/links: a code in, a short link out; GET /g/{id}: the app showing what it was made for."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from msgspec import Meta

from app.errors import GradreelError, LimitError
from app.graph import Struct
from app.store.code import decode
from app.store.links import DAY_S, Links
from app.web.api import decoded, refuse, refused, reply
from app.web.language import language_of
from app.web.limits import allowed
from app.web.pages import app_page, render
from app.web.scenes import found
from app.web.schemas import LINKS_SCHEMA
from app.web.share import base_of, share_of
from app.web.status import status_of

router = APIRouter()


class LinkBody(Struct, frozen=True, kw_only=True):
    """A state to keep, the link it was forked from, and for how long."""

    code: str
    ancestor: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{10,22}\Z")] | None = None
    expires_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class Made(Struct, frozen=True, kw_only=True):
    """A link; `expires` as ISO 8601."""

    id: str
    url: str
    expires: str | None


@router.post("/api/v1/links", openapi_extra=LINKS_SCHEMA)
async def make(request: Request) -> Response:
    """Keep a state under a short id. The same state always gets the same id."""
    state = request.app.state
    lang, most = language_of(request), state.settings.link_chars
    if not allowed(request, "link_bucket"):
        return refuse(request, "too_many_requests", 429)
    try:
        body = await decoded(request, LinkBody, most * 4)
        if len(body.code) > most:
            raise LimitError("link_too_large", lang=lang, limit=most // 1000)
        saved = decode(body.code, lang)
        days = body.expires_days
        link = await asyncio.to_thread(state.links.keep, saved, body.ancestor, days)
    except GradreelError as error:
        return refused(error.problem)
    expires = link.expires and datetime.fromtimestamp(link.expires, UTC).isoformat()
    return reply(Made(id=link.id, url=f"{base_of(request)}/g/{link.id}", expires=expires or None))


@router.api_route("/g/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def opened(request: Request, name: str) -> Response:
    """The app, opening what a short link was made for."""
    lang = language_of(request)
    try:
        if not allowed(request):
            raise LimitError("too_many_requests", lang=lang)
        saved, link = await found(request.app.state, name, lang)
    except GradreelError as error:
        status = status_of(error.problem)
        page = render(request, "error.html", status, code=status, problem=error.problem)
        page.headers["Cache-Control"] = "no-store"
        return page
    shared = {
        "id": link.id if link else None,
        "code": link.code if link else name,
        "ancestor": link.ancestor if link else None,
    }
    return app_page(request, shared, share_of(request, name, saved))


async def tidy(links: Links) -> None:
    """Once a day, forget what expired long ago; the first time also makes the tables."""
    while True:
        try:
            await asyncio.to_thread(links.forget_old)
        except LimitError as error:
            reason = error.__cause__
            logging.getLogger("gradreel").error("short links do not work: %s", reason)
        await asyncio.sleep(DAY_S)
