"""Requests in; those that name this server by one of its own names, out.

A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding) and so make a browser send it
what a server bound to loopback answers; the Host header then still carries that page's name."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.settings import Settings
from app.web.api import refuse


class OnlyHosts:
    """Refuses any other Host: 421 over HTTP, 403 for a socket."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = frozenset(
            name.strip().lower() for name in settings.hosts.split(",") if name.strip()
        )
        self.is_open = "*" in self.hosts or (not self.hosts and not is_loopback(settings.host))

    def knows(self, header: str) -> bool:
        """Whether a Host header names this server."""
        name = name_of(header)
        if self.is_open or name in self.hosts:
            return True
        if any(name.endswith(host[1:]) for host in self.hosts if host.startswith("*.")):
            return True
        return not self.hosts and is_loopback(name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        host = headers.get(b"host", b"").decode("latin-1")
        if scope["type"] not in ("http", "websocket") or self.knows(host):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(Request(scope), "unknown_host", 421, host=host[:100])(scope, receive, send)


def name_of(header: str) -> str:
    """`[::1]:8000` → `::1`; `Example.org:80` → `example.org`."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].rstrip(".")


def is_loopback(name: str) -> bool:
    """Whether a name can only be this machine's: a loopback address, localhost, or a name without a
    dot, which nobody elsewhere can own."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_name = all(part.replace("-", "").isalnum() for part in name.split("."))
        return not name or (is_name and (name.endswith(".localhost") or "." not in name))
