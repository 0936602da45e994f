"""Typed messages in; length-prefixed JSON frames out, and back. Nothing is unpickled."""

from __future__ import annotations

import asyncio
import os
import struct

import msgspec

from app.collector import paused
from app.graph import Struct
from app.protocol import Outcome, Reply, Request, Sketch
from app.sandbox.sound import check
from app.settings import settings

HEADER = struct.Struct("!I")
ENCODER = msgspec.json.Encoder()
REQUEST = msgspec.json.Decoder(Request)
REPLY = msgspec.json.Decoder(Reply)


class Texts(msgspec.Struct):
    """A reply with its graph as it stands there."""

    graph: msgspec.Raw


TEXTS = msgspec.json.Decoder(Texts)
#: a frame up to this many bytes is decoded without counting its tokens first
SMALL = 1 << 20
#: bytes a sketch may have, and the one that outlines a whole long run
SKETCH_BYTES, OUTLINE_BYTES = 1 << 20, 16 << 20
#: honest replies spend at least this on each token: `0.0,` is the shortest there is many of, while
#: the hostile `[],` makes two of three bytes and 64 bytes of memory
BYTES_PER_TOKEN = 4
#: tokens for each node the settings allow: its value, its gradient, what flows to and from it, at 64
#: elements each. Decoding holds up all else the server does, a fifth of a second for the most there may be
TOKENS_PER_NODE = 6 * 64


class Broken(Exception):
    """The other side closed the channel."""


class TooLarge(Exception):
    """A frame announced more bytes than allowed."""


class Dishonest(Exception):
    """A frame no honest worker sends, or more frames than one sends."""


def frame(message: Struct) -> bytearray:
    """The bytes of one message, in one buffer: a large one is not copied."""
    framed = bytearray(HEADER.size)
    ENCODER.encode_into(message, framed, HEADER.size)
    HEADER.pack_into(framed, 0, len(framed) - HEADER.size)
    return framed


class Wire:
    """The worker's end: two descriptors, read and written with nothing but read and write."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self.sink = sink

    def send(self, message: Struct) -> None:
        """Write one message, blocking. Raises OSError where nobody reads any more."""
        self.write(frame(message))

    def write(self, content: bytes | bytearray) -> None:
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
        self.rest = size + SMALL  # room for progress and sketches beside the largest outcome
        self.is_outlined = False

    async def next(self) -> Reply:
        """The next reply. Raises Broken, TooLarge or Dishonest."""
        self.count -= 1
        if self.count < 0:
            raise Dishonest("too many frames")
        body = await self._body()
        try:
            if len(body) <= SMALL:
                reply = read(body)
            elif tokens_of(body) > self.tokens:
                raise Dishonest("too many values")
            else:  # beside all else that goes on: checking takes longer than decoding
                reply = await asyncio.to_thread(read, body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Dishonest(str(error)) from error
        if isinstance(reply, Sketch):
            self._allow(reply, len(body))
        return reply

    def _allow(self, sketch: Sketch, size: int) -> None:
        """One outline is allowed, beside all else."""
        if size > size_of(sketch) or (sketch.is_outline and self.is_outlined):
            raise Dishonest("too large a sketch")
        if sketch.is_outline:
            self.is_outlined = True
            self.rest += size

    @property
    def tokens(self) -> int:
        """The most a reply may consist of."""
        return min(self.size // BYTES_PER_TOKEN, settings().nodes * TOKENS_PER_NODE)

    async def _body(self) -> bytes:
        try:
            (size,) = HEADER.unpack(await self.reader.readexactly(HEADER.size))
            if size > min(self.size, self.rest):
                raise TooLarge(str(size))
            self.rest -= size
            return await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Broken("closed") from error


def read(body: bytes) -> Reply:
    """A reply, every name in it known to lead somewhere. Raises what decoding and checking raise."""
    with paused():
        reply = check(REPLY.decode(body))
    if isinstance(reply, (Outcome, Sketch)) and reply.graph is not None:
        reply.graph.keep(bytes(TEXTS.decode(body).graph))
    return reply


def size_of(sketch: Sketch) -> int:
    """Bytes it may have."""
    return OUTLINE_BYTES if sketch.is_outline else SKETCH_BYTES


def tokens_of(body: bytes) -> int:
    """An upper bound, up to one, on the JSON values in `body`: they take memory, bytes do not."""
    return body.count(b",") + body.count(b"[") + body.count(b"{")
