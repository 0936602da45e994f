"""Typed messages in; length-prefixed JSON frames out, and back. Nothing is unpickled."""

from __future__ import annotations

import asyncio
import os
import struct

import msgspec

from app.graph import Struct
from app.protocol import Job, Outcome, Progress, Reply, Request, Slice, Sliced
from app.sandbox.sound import check

HEADER = struct.Struct("!I")
REQUEST = msgspec.json.Decoder(Job | Slice)
REPLY = msgspec.json.Decoder(Progress | Outcome | Sliced)
#: a frame up to this many bytes is decoded without counting its tokens first
SMALL = 1 << 20
#: honest replies spend at least this on each token: `0.0,` is the shortest there is many of, while
#: the hostile `[],` makes two of three bytes and 64 bytes of memory
BYTES_PER_TOKEN = 4


class Broken(Exception):
    """The other side closed the channel."""


class TooLarge(Exception):
    """A frame announced more bytes than allowed."""


class Dishonest(Exception):
    """A frame no honest worker sends, or more frames than one sends."""


def frame(message: Struct) -> bytes:
    """The bytes of one message."""
    body = msgspec.json.encode(message)
    return HEADER.pack(len(body)) + body


class Wire:
    """The worker's end: two descriptors, read and written with nothing but read and write."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self.sink = sink

    def send(self, message: Struct) -> None:
        """Write one message, blocking. Raises OSError where nobody reads any more."""
        self.write(frame(message))

    def write(self, content: bytes) -> None:
        """Write it all, blocking."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self.sink, rest) :]

    def receive(self, limit: int) -> Request:
        """Read one request, blocking. Raises Broken at the end of the stream."""
        (size,) = HEADER.unpack(self._exactly(HEADER.size))
        if size > limit:
            raise TooLarge(str(size))
        return REQUEST.decode(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            part = os.read(self.source, min(size - len(content), 1 << 20))
            if not part:
                raise Broken("closed")
            content += part
        return bytes(content)


class Replies:
    """The server's end for one request: at most `size` bytes and `count` frames, all checked."""

    def __init__(self, reader: asyncio.StreamReader, size: int, count: int) -> None:
        self.reader = reader
        self.size = size
        self.count = count
        self.rest = size + SMALL  # room for progress beside the largest outcome

    async def next(self) -> Reply:
        """The next reply. Raises Broken, TooLarge or Dishonest."""
        self.count -= 1
        if self.count < 0:
            raise Dishonest("too many frames")
        body = await self._body()
        if len(body) > SMALL and tokens_of(body) > self.size // BYTES_PER_TOKEN:
            raise Dishonest("too many values")
        try:
            return check(REPLY.decode(body))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Dishonest(str(error)) from error

    async def _body(self) -> bytes:
        try:
            (size,) = HEADER.unpack(await self.reader.readexactly(HEADER.size))
            if size > min(self.size, self.rest):
                raise TooLarge(str(size))
            self.rest -= size
            return await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Broken("closed") from error


def tokens_of(body: bytes) -> int:
    """An upper bound, up to one, on the JSON values in `body`: they take memory, bytes do not."""
    return body.count(b",") + body.count(b"[") + body.count(b"{")
