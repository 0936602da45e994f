"""Connections that dawdle, swell, crowd or never read: each is let go, and the server answers on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.settings import Settings
from app.web import patience
from app.web.patience import PatientHTTP, PatientSocket

HELLO = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """Much more than any buffer of the kernel's holds; over a socket, once it is accepted."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": bytes(32 << 20)})
        await receive()
        return
    body = bytes(32 << 20) if scope["path"] == "/much" else b"ok"
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served() -> AsyncIterator[Callable[[], Awaitable[Peer]]]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        answer, http=PatientHTTP, ws=PatientSocket, lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield lambda: asyncio.open_connection(*listening.getsockname())
    finally:
        server.should_exit = server.force_exit = True
        await task


def gone(monkeypatch: pytest.MonkeyPatch, sent: bytes, reads: bool = True, **limits: Any) -> None:
    """Passes where the server lets go of a peer that sends this, and answers the next one."""
    monkeypatch.setattr(patience, "settings", lambda: Settings(**{"head_s": 0.3, **limits}))
    monkeypatch.setattr(patience, "STALL_S", 0.3)

    async def attack() -> None:
        async with asyncio.timeout(30), served() as connect:
            reader, writer = await connect()
            writer.write(sent)
            if not reads:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                while not writer.transport.is_closing():
                    await asyncio.sleep(0.05)
                    writer.write(b"\0")  # fails once the other side is gone
            else:
                await let_go(reader)
            reader, writer = await connect()
            writer.write(HELLO)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")

    asyncio.run(attack())


async def let_go(reader: asyncio.StreamReader) -> None:
    try:
        assert await reader.read() == b""
    except ConnectionError:
        pass


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nX: ", HELLO[:-2]])
def test_unfinished_head_is_let_go(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    gone(monkeypatch, sent)


def test_endless_head_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * (2 << 20)
    gone(monkeypatch, endless, head_s=1000.0)


@pytest.mark.parametrize("sent", [HELLO.replace(b"/ ", b"/much ", 1), UPGRADE])
def test_reader_who_never_reads_is_let_go(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    gone(monkeypatch, sent, reads=False)


def test_connection_too_many_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "settings", lambda: Settings(connections=1))

    async def crowd() -> None:
        async with asyncio.timeout(30), served() as connect:
            first = await connect()
            await let_go((await connect())[0])
            first[1].write(HELLO)
            assert (await first[0].readline()).startswith(b"HTTP/1.1 200")

    asyncio.run(crowd())
