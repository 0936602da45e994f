"""Requests for pages in; HTML in the visitor's language, out."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from app import __version__
from app.assets import templates_dir
from app.web.examples import examples
from app.words import LANGUAGES, catalogue

router = APIRouter()
templates = Jinja2Templates(directory=templates_dir())


def language_of(request: Request) -> str:
    """?lang=, else the cookie, else Accept-Language's first that we speak, else English."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wanted in LANGUAGES:
            return wanted
    accepted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            accepted.append((-float(quality or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    for _, name in sorted(accepted):
        if name in LANGUAGES:
            return name
    return "en"


def words_of(lang: str) -> dict[str, str]:
    """Every sentence of the catalogue in one language."""
    return {key: text.get(lang, text["en"]) for key, text in catalogue().items()}


def safe_json(value: Any) -> str:
    """JSON that cannot end a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


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


@router.get("/", include_in_schema=False)
async def index(request: Request) -> Response:
    """The app."""
    lang = language_of(request)
    gallery = [
        {
            "id": example.id,
            "title": example.title.get(lang, example.title.get("en", example.id)),
            "why": example.why.get(lang, example.why.get("en", "")),
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
        "deadline_s": settings.deadline_s,
        "nonce": request.state.nonce,
    }
    return render(request, "index.html", boot=safe_json(boot), examples=gallery)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """The API, readable, with nothing loaded from elsewhere."""
    return render(request, "docs.html", schema=request.app.openapi())
