"""A code or short id in; the page that plays it inside other pages and decks, out."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app import __version__
from app.errors import GradreelError, LimitError, Problem
from app.export import How
from app.export.cache import key_of
from app.graph import Struct
from app.inline import safe
from app.store.code import Saved, canonical
from app.web.images import drawn
from app.web.language import language_of
from app.web.pages import templates, words_of
from app.web.scenes import how_of, saved_of
from app.web.share import share_of
from app.web.status import status_of

router = APIRouter()
THEMES = {"light": "light", "dark": "dark", "auto": "system", "system": "system"}
#: what an embed is drawn as, remembered like every export
SUFFIX = "reel.json"
#: characters of a title in an address
TITLE = 200


class Drawn(Struct, frozen=True, kw_only=True):
    """A `Played` whose Reel is passed on as it is."""

    heading: str
    svg: str
    tall: str
    reel: msgspec.Raw


@router.api_route(
    "/embed/{code}",
    methods=["GET", "HEAD"],
    responses={200: {"description": "a page to put into an iframe"}},
)
async def embed(request: Request, code: str) -> Response:
    """The chrome-free player. Query: step, theme=light|dark|auto, autoplay=1, loop=1, speed,
    controls=0, hide=values,gradients,names,controls,text, title, lang, background=transparent."""
    lang = language_of(request)
    try:
        saved, how = await asked(request, code, lang)
        key = key_of([canonical(saved.told())], how, SUFFIX)
        content = await drawn(request, saved, how, key, SUFFIX)
    except GradreelError as error:
        return refuse(request, error.problem)
    shown = msgspec.json.decode(content, type=Drawn)
    return page(
        request,
        "embed.html",
        200,
        title=how.title,
        share=share_of(request, code, saved),
        heading=shown.heading,
        svg=shown.svg,
        tall=shown.tall,
        reel=safe(bytes(shown.reel).decode()),
    )


async def asked(request: Request, code: str, lang: str) -> tuple[Saved, How]:
    """A code's state, and how it is to be drawn. Raises GradreelError: the code is at fault."""
    saved = await saved_of(request.app.state, code, lang)
    title = request.query_params.get("title")
    try:
        changes = {} if title is None else {"title": title[:TITLE]}
        return saved, how_of(saved, lang, **changes)
    except msgspec.ValidationError as error:
        raise LimitError("code_malformed", lang=lang) from error


def refuse(request: Request, problem: Problem) -> Response:
    """A small page that says what is wrong."""
    return page(request, "embed_error.html", status_of(problem), problem=problem)


def page(request: Request, name: str, status: int, **context: Any) -> Response:
    """A page that anybody may frame, that sets no cookie and runs no script but ours."""
    lang, nonce = language_of(request), request.state.nonce
    theme = THEMES.get(request.query_params.get("theme", ""), "system")
    common = {
        "lang": lang,
        "words": words_of(lang),
        "version": __version__,
        "nonce": nonce,
        "theme": theme,
    }
    found: Response = templates.TemplateResponse(
        request, name, {**common, **context}, status_code=status
    )
    found.headers["Content-Security-Policy"] = policy(nonce)
    found.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    found.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    found.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    found.headers["Vary"] = "Accept-Language, Cookie"
    found.headers["Cache-Control"] = "no-cache"
    if status in (429, 503):
        found.headers["Retry-After"] = "5"
    return found


def policy(nonce: str) -> str:
    """As strict as everywhere, but without frame-ancestors: even `*` would shut out decks opened
    from file://."""
    rules = [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    return "; ".join(rules)
