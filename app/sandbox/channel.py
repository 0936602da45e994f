"""Typed messages in; length-prefixed JSON frames on a socket out, and back. Nothing is unpickled."""

from __future__ import annotations

import asyncio
import socket
import struct

import msgspec

from app.graph import Struct
from app.protocol import Job, Outcome, Progress, Slice, Sliced

HEADER = struct.Struct("!I")
REQUEST = msgspec.json.Decoder(Job | Slice)
REPLY = msgspec.json.Decoder(Progress | Outcome | Sliced)


class Broken(Exception):
    """The other side closed the channel, or sent what no honest side sends."""


class TooLarge(Broken):
    """A frame announced more bytes than allowed."""


def send(connection: socket.socket, message: Struct) -> None:
    """Write one message, blocking."""
    body = msgspec.json.encode(message)
    connection.sendall(HEADER.pack(len(body)) + body)


def receive(connection: socket.socket, limit: int) -> Job | Slice:
    """Read one request, blocking. Raises Broken at the end of the stream."""
    (size,) = HEADER.unpack(_exactly(connection, HEADER.size))
    if size > limit:
        raise TooLarge(str(size))
    request: Job | Slice = REQUEST.decode(_exactly(connection, size))
    return request


def _exactly(connection: socket.socket, size: int) -> bytes:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = connection.recv(min(size - len(chunks), 1 << 20))
        if not chunk:
            raise Broken("closed")
        chunks += chunk
    return bytes(chunks)


async def read_reply(reader: asyncio.StreamReader, limit: int) -> Progress | Outcome | Sliced:
    """Read one reply of a worker. Raises Broken, TooLarge, or msgspec's ValidationError."""
    try:
        (size,) = HEADER.unpack(await reader.readexactly(HEADER.size))
        if size > limit:
            raise TooLarge(str(size))
        reply: Progress | Outcome | Sliced = REPLY.decode(await reader.readexactly(size))
        return reply
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise Broken("closed") from error
