"""The address of one of our graphs in; how to embed it, as oEmbed 1.0 JSON, out."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Query, Request, Response

from app.errors import GradreelError
from app.web.api import Refusal, refuse, reply
from app.web.embed import asked
from app.web.language import language_of
from app.web.limits import allowed
from app.web.scenes import scene_for
from app.web.share import IMAGE, base_of, fitting, share_of
from app.web.status import status_of

router = APIRouter()
#: paths whose last part is a code or a short id
FOLDERS = ("embed", "g")
#: seconds a consumer may keep the answer
KEEP_S = 86_400


@router.get("/oembed", responses={200: {"description": "oEmbed 1.0, type rich"}})
async def oembed(
    request: Request,
    url: str = Query(max_length=500_000),
    maxwidth: int | None = Query(None, ge=1),
    maxheight: int | None = Query(None, ge=1),
    format: str = "json",
) -> Response:
    """For consumers that turn an address into a player: 404 for addresses that are not ours, 501
    for formats other than json."""
    if format != "json":
        return refuse(request, "oembed_format", 501)
    if not allowed(request):
        return refuse(request, "too_many_requests", 429)
    code = code_in(url, base_of(request))
    if code is None:
        return refuse(request, "not_found", 404, path=url[:100])
    try:
        saved, how = await asked(request, code, language_of(request))
        scene = await scene_for(request.app.state, saved, how)
    except GradreelError as error:
        return reply(Refusal(error=error.problem), status_of(error.problem))
    share = share_of(request, code, saved)
    most = (maxwidth, maxheight)
    width, height = fitting(scene.picture.width, scene.picture.height, most)
    picture = scaled(IMAGE, most)
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Gradreel",
        "provider_url": base_of(request),
        "title": share.title,
        "html": iframe(share.embed, width, height, share.title),
        "width": width,
        "height": height,
        "cache_age": KEEP_S,
        "thumbnail_url": share.image,
        "thumbnail_width": picture[0],
        "thumbnail_height": picture[1],
    }
    found = reply(answer)
    found.headers["Access-Control-Allow-Origin"] = "*"
    return found


def code_in(url: str, base: str) -> str | None:
    """The code or id in an address of ours: /embed/CODE, /g/ID or /#CODE."""
    own = urlsplit(base)
    try:
        parts = urlsplit(url)
        is_own = (parts.hostname, parts.port) == (own.hostname, own.port)
    except ValueError:
        return None
    if not is_own or parts.scheme not in ("http", "https"):
        return None
    path = parts.path.removeprefix(own.path.rstrip("/"))
    folder, _, code = path.strip("/").partition("/")
    if folder in FOLDERS and code and "/" not in code:
        return unquote(code)
    return parts.fragment or None if path in ("", "/") else None


def iframe(address: str, width: int, height: int, title: str) -> str:
    """The HTML to paste."""
    source, name = escape(address, quote=True), escape(title, quote=True)
    return (
        f'<iframe src="{source}" width="{width}" height="{height}" title="{name}"'
        ' frameborder="0" loading="lazy" allowfullscreen></iframe>'
    )


def scaled(size: tuple[int, int], most: tuple[int | None, int | None]) -> tuple[int, int]:
    """As large as it may be, in proportion."""
    ratio = min([1.0, *(limit / side for limit, side in zip(most, size) if limit)])
    return round(size[0] * ratio), round(size[1] * ratio)
