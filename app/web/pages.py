"""Requests for pages in; HTML in the visitor's language, out."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from app import __version__
from app.assets import templates_dir
from app.export import FORMATS
from app.inline import safe_json
from app.program.network import EXAMPLES, KINDS, LOSSES
from app.web.examples import GROUPS, examples
from app.web.language import language_of
from app.words import LANGUAGES, catalogue

router = APIRouter()
templates = Jinja2Templates(directory=templates_dir())


def words_of(lang: str) -> dict[str, str]:
    """Every sentence of the catalogue in one language."""
    return {key: text.get(lang, text["en"]) for key, text in catalogue().items()}


def render(request: Request, name: str, status: int = 200, **context: Any) -> Response:
    """A template with what every page needs; remembers a language chosen by link."""
    lang = language_of(request)
    words = words_of(lang)
    common = {"lang": lang, "words": words, "version": __version__, "nonce": request.state.nonce}
    page: Response = templates.TemplateResponse(
        request, name, {**common, **context}, status_code=status
    )
    if request.query_params.get("lang") in LANGUAGES:
        page.set_cookie("lang", lang, max_age=31_536_000, samesite="lax", httponly=True)
    page.headers["Vary"] = "Accept-Language, Cookie"
    page.headers["Cache-Control"] = "no-cache"
    return page


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def index(request: Request) -> Response:
    """The app."""
    return app_page(request)


def app_page(request: Request, shared: dict[str, Any] | None = None, share: Any = None) -> Response:
    """The app, opening the state `shared` {id, code, ancestor}; `share` is what previews say of it."""
    lang = language_of(request)
    gallery = [
        {
            "id": example.id,
            "title": example.title.get(lang, example.title.get("en", example.id)),
            "why": example.why.get(lang, example.why.get("en", "")),
            "group": example.group,
            "language": example.language,
            "source": example.source,
        }
        for example in examples()
    ]
    settings = request.app.state.settings
    boot = {
        "lang": lang,
        "words": words_of(lang),
        "examples": gallery,
        "groups": GROUPS,
        "deadline_s": settings.deadline_s,
        "devices": msgspec.to_builtins(request.app.state.devices),
        "nonce": request.state.nonce,
        "layers": [*KINDS, *LOSSES],
        "losses": list(LOSSES),
        "defaults": EXAMPLES,
        "formats": sorted(FORMATS),
        "shared": shared,
    }
    return render(request, "index.html", boot=safe_json(boot), examples=gallery, share=share)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """The API, readable, with nothing loaded from elsewhere."""
    return render(request, "docs.html", schema=request.app.openapi())
