"""A request in; the language its reader speaks, out."""

from __future__ import annotations

from fastapi import Request

from app.words import LANGUAGES


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
