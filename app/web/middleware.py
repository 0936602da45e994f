"""Every response in; the same with the headers that keep a page to itself, out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable

from fastapi import Request, Response


async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """A fresh nonce per page; a strict policy on everything."""
    request.state.nonce = nonce = secrets.token_urlsafe(16)
    try:
        response = await call(request)
    except Exception:
        logging.getLogger("gradreel").exception("unhandled error")
        response = Response("Gradreel itself failed; the log says why.", 500)
    host = request.headers.get("host", "localhost")
    response.headers["Content-Security-Policy"] = "; ".join(
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
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "public, max-age=300, must-revalidate"
    return response
