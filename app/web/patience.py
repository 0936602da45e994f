"""Connections in; those that speak, listen and stay within bounds, out: the rest are let go.

uvicorn waits for ever for the head of a request, keeps all of it whatever its size, and keeps what
a peer never reads. Here every wait has an end and every buffer a size."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.settings import settings

#: bytes the head of a request may have: an address may hold 500,000 characters
HEAD_BYTES = 1 << 20
#: seconds a peer may leave what it is sent unread, and the bytes it must read in them
STALL_S, STALL_BYTES = 20.0, 20_000


class Unread:
    """Aborts a transport whose peer does not read: closing alone would wait for it for ever."""

    def __init__(self) -> None:
        self.timer: asyncio.TimerHandle | None = None

    def begin(self, transport: Any) -> None:
        """The buffer is full."""
        self.end()
        size = transport.get_write_buffer_size()
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(STALL_S, self._look, transport, size)

    def _look(self, transport: Any, before: int) -> None:
        if transport.get_write_buffer_size() > before - STALL_BYTES:
            transport.abort()
        else:
            self.begin(transport)

    def end(self) -> None:
        """It is being read."""
        if self.timer:
            self.timer.cancel()
            self.timer = None


class PatientHTTP(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """One connection: at most so many at once, a request whole within its time and size."""

    def connection_made(self, transport: Any) -> None:
        """Hang up at once where there are too many: nothing is left to answer with."""
        self.unread = Unread()
        self.heard = 0
        self.heading: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        if len(self.connections) > settings().connections:
            transport.abort()
        else:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        """Some of a request; an end to the wait where its head is whole."""
        self.heard += len(data)
        super().data_received(data)
        is_waiting = self.cycle is None or self.cycle.response_complete
        if self.transport.get_protocol() is not self or not is_waiting:
            self._stop_waiting()
        elif self.heading is None:
            self._await_head()
            self.heard = len(data)
        if self.heard > (HEAD_BYTES if is_waiting else self.most):
            self.transport.abort()

    @property
    def most(self) -> int:
        """Bytes of a whole request: the largest body there is, its head, its trailers."""
        limits = settings()
        return limits.source_bytes * 8 + (limits.template_mib << 20) * 3 // 2 + HEAD_BYTES

    def _await_head(self) -> None:
        self.heading = self.loop.call_later(settings().head_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self.heading:
            self.heading.cancel()
            self.heading = None

    def pause_writing(self) -> None:
        """The peer reads more slowly than we answer."""
        super().pause_writing()
        self.unread.begin(self.transport)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        self.unread.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        self.unread.end()
        super().connection_lost(exc)


class PatientSocket(WebSocketsSansIOProtocol):
    """One live socket: what it is sent is read, or it is let go."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unread = Unread()

    def pause_writing(self) -> None:
        """See PatientHTTP."""
        super().pause_writing()
        self.unread.begin(self.transport)

    def resume_writing(self) -> None:
        """See PatientHTTP."""
        super().resume_writing()
        self.unread.end()

    def keepalive_timeout(self) -> None:
        """No pong: what is still to be sent never will be."""
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """See PatientHTTP."""
        self.unread.end()
        super().connection_lost(exc)
