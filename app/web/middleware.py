"""Every response in; the same with the headers that keep a page to itself, out."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from app.web.faults import failed

#: what is packed already, or packs itself
PACKED = ("/img/", "/api/v1/exports/", "/api/v1/export/")


class Compressed(GZipMiddleware):
    """Compresses what is text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PACKED):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """A fresh nonce per page; a strict policy on everything."""
    request.state.nonce = nonce = secrets.token_urlsafe(16)
    try:
        response = await call(request)
    except Exception:
        response = failed(request)
    host = request.headers.get("host", "localhost")
    page = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self' ws://{host} wss://{host}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    response.headers.setdefault("Content-Security-Policy", page)  # files and embeds bring their own
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "public, max-age=300, must-revalidate"
    return response
