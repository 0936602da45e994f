"""Frames in, honest and not; messages, or the right refusal, out."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.errors import Problem
from app.protocol import Job, Outcome, Progress, Slice
from app.sandbox.channel import (
    HEADER,
    SMALL,
    Broken,
    Dishonest,
    Replies,
    TooLarge,
    Wire,
    frame,
    tokens_of,
)

OUTCOME = Outcome(problem=Problem(code="c", message="m", hint="h"))


def replied(content: bytes, size: int = 1 << 22, count: int = 3) -> list[object]:
    """Every reply in `content`, read as the server reads it."""

    async def read() -> list[object]:
        reader = asyncio.StreamReader()
        reader.feed_data(content)
        reader.feed_eof()
        replies = Replies(reader, size, count)
        found: list[object] = []
        while not reader.at_eof():
            found.append(await replies.next())
        return found

    return asyncio.run(read())


def framed(body: bytes) -> bytes:
    return HEADER.pack(len(body)) + body


@pytest.mark.parametrize("message", [Job(source="x"), Slice(node="n", output=1, index=[0, [1, 2]])])
def test_requests_survive_wire(message) -> None:
    source, sink = os.pipe()
    try:
        wire = Wire(source, sink)
        wire.send(message)
        assert wire.receive(1 << 16) == message
    finally:
        os.close(source)
        os.close(sink)


def test_closed_wire_is_broken() -> None:
    source, sink = os.pipe()
    os.write(sink, b"\0\0")
    os.close(sink)
    with pytest.raises(Broken):
        Wire(source, -1).receive(10)
    os.close(source)


def test_large_request_is_refused() -> None:
    source, sink = os.pipe()
    Wire(source, sink).send(Job(source="x" * 100))
    with pytest.raises(TooLarge):
        Wire(source, sink).receive(50)
    os.close(source)
    os.close(sink)


def test_replies_arrive_in_order() -> None:
    progress = Progress(stage="forward", count=3)
    assert replied(frame(progress) + frame(OUTCOME)) == [progress, OUTCOME]


def test_announced_size_is_capped() -> None:
    with pytest.raises(TooLarge):
        replied(framed(b"x" * 101), size=100)


def test_many_frames_are_dishonest() -> None:
    with pytest.raises(Dishonest):
        replied(frame(Progress(stage="parse")) * 4, count=3)


def test_total_bytes_are_capped() -> None:
    padded = framed(b'{"type":"progress","stage":"parse"}' + b" " * (1 << 20))
    with pytest.raises(TooLarge):
        replied(padded * 9, size=1 << 22, count=99)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b'{"type":"job","source":""}'])
def test_unreadable_body_is_dishonest(body: bytes) -> None:
    with pytest.raises(Dishonest):
        replied(framed(body))


def test_cut_frame_is_broken() -> None:
    with pytest.raises(Broken):
        replied(frame(OUTCOME)[:-1])


def test_value_bomb_is_never_decoded() -> None:
    bomb = b'{"type":"sliced","value":{"numel":1,"data":[' + b"[]," * SMALL + b"1]}}"
    with pytest.raises(Dishonest, match="too many values"):
        replied(framed(bomb))


def test_dense_numbers_are_honest() -> None:
    data = b",".join([b"0.0"] * 300_000)
    dense = b'{"type":"sliced","value":{"numel":300000,"data":[' + data + b"]}}"
    (reply,) = replied(framed(dense))
    assert len(reply.value.data) == 300_000


def test_tokens_bound_values() -> None:
    assert tokens_of(b'[1,2,{"a":[]}]') >= 4
