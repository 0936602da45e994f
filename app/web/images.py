"""GET /img/{code or id}.{suffix}: the picture of a saved state, for other people's pages and slides.

Never a browser: what the export formats draw, once, remembered under the hash of all it depends on."""

from __future__ import annotations

import asyncio
import gzip
import time
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app.errors import GradreelError, LimitError, Problem
from app.export import FORMATS, How
from app.export.cache import key_of
from app.export.order import Order
from app.store.code import Saved, canonical
from app.store.links import Link
from app.web.limits import allowed
from app.web.scenes import found, how_of
from app.web.schemas import IMAGE_SCHEMA
from app.web.sorry import Kind, picture_of
from app.web.status import status_of
from app.words import LANGUAGES

router = APIRouter()
#: formats an <img>, a slide or a PDF reader shows
IMAGES = ("svg", "png", "gif", "webp", "apng", "pdf")
#: what may be said behind the ?; anything else is left alone
ASKED = (
    *("step", "theme", "scale", "crop", "background", "title", "view", "text"),
    *("first", "last", "seconds", "selected"),
)
HOUR_S = 3600
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Timing-Allow-Origin": "*",
}


@router.api_route("/img/{name}", methods=["GET", "HEAD"], openapi_extra=IMAGE_SCHEMA)
async def image(request: Request, name: str) -> Response:
    """The picture, or a picture of what is wrong."""
    reference, _, suffix = name.partition(".")
    lang = request.query_params.get("lang", "en")
    lang = lang if lang in LANGUAGES else "en"
    try:
        if suffix not in IMAGES or suffix not in FORMATS:
            raise LimitError("export_format", lang=lang, suffix=suffix[:20])
        saved, link = await found(request.app.state, reference, lang)
        how = asked(request, saved, suffix, lang)
        key = key_of([canonical(saved.told())], how, suffix)
        keep = keeping(link)
        if matches(request, key):
            return Response(status_code=304, headers={**SHARED, **keep, "ETag": f'"{key}"'})
        content = await drawn(request, saved, how, key, suffix)
    except GradreelError as error:
        return sorry(request, error.problem, suffix)
    return await packed(request, content, suffix, {**SHARED, **keep}, key)


def asked(request: Request, saved: Saved, suffix: str, lang: str) -> How:
    """How it is to be drawn. Raises LimitError `image_query` where the query makes no sense."""
    query = request.query_params
    chosen: dict[str, Any] = {name: query[name] for name in ASKED if query.get(name)}
    if chosen.get("step") == "last":
        chosen["step"] = -1
    if suffix == "svg":
        chosen.setdefault("text", "paths")  # an <img> has no font of ours
    try:
        return how_of(saved, lang, **chosen)
    except msgspec.ValidationError as error:
        raise LimitError("image_query", lang=lang, what=str(error)[:120]) from error


async def drawn(request: Request, saved: Saved, how: How, key: str, suffix: str) -> bytes:
    """From the cache; else run and drawn, at the cost of one of the address's requests."""
    state = request.app.state

    async def order() -> Order:
        if not allowed(request):
            raise LimitError("too_many_requests", lang=how.lang)
        ran = await state.runs.run(saved, how.lang)
        return ran.order(how, suffix)

    content: bytes = await state.studio.file(key, suffix, order)
    return content


def keeping(link: Link | None) -> dict[str, str]:
    """For ever, since the address says all; not longer than the link lives."""
    if link is None or link.expires is None:
        return {"Cache-Control": "public, max-age=31536000, immutable"}
    left = max(0, int(link.expires - time.time()))
    return {"Cache-Control": f"public, max-age={min(left, HOUR_S)}"}


def matches(request: Request, key: str) -> bool:
    """Whether the reader has this very picture."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in known.split(",")}
    return bool(tags & {key, f"{key}-gzip", "*"})


async def packed(
    request: Request, content: bytes, suffix: str, headers: dict[str, str], key: str
) -> Response:
    """The answer: text compressed where the reader takes that, under a tag of its own."""
    tag = key
    if suffix == "svg":
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = await asyncio.to_thread(gzip.compress, content, 5, mtime=0)
            headers["Content-Encoding"] = "gzip"
            tag = f"{key}-gzip"
    headers["ETag"] = f'"{tag}"'
    return answer(request, content, FORMATS[suffix].media, 200, headers)


def sorry(request: Request, problem: Problem, suffix: str) -> Response:
    """The problem as a picture, SVG for those who asked for one and PNG for the rest."""
    status = status_of(problem)
    headers = {**SHARED, "Cache-Control": "no-store", "X-Gradreel-Error": problem.code}
    if status in (429, 503):
        headers["Retry-After"] = "5"
    kind: Kind = "png" if suffix in IMAGES and suffix != "svg" else "svg"
    content = picture_of(problem, request.query_params.get("theme", "light"), kind)
    media = FORMATS[kind].media
    return answer(request, content, media, status, headers)


def answer(
    request: Request, content: bytes, media: str, status: int, headers: dict[str, str]
) -> Response:
    """The same for HEAD, without the content."""
    headers["Content-Length"] = str(len(content))
    body = b"" if request.method == "HEAD" else content
    return Response(body, status, media_type=media, headers=headers)
