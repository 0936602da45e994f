"""Frames in, honest and not; messages, or the right refusal, out."""

from __future__ import annotations

import asyncio
import os
import threading

import msgspec
import pytest

from app.autograd import run
from app.errors import Problem
from app.explanations import Slice
from app.graph import Print, decode
from app.protocol import Job, Outcome, Progress, Sketch
from app.sandbox import channel
from app.sandbox.channel import (
    HEADER,
    SKETCH_BYTES,
    SMALL,
    TOKENS_PER_NODE,
    Broken,
    Dishonest,
    Replies,
    TooLarge,
    Wire,
    frame,
    tokens_of,
)
from app.settings import settings

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
    data = b",".join([b"0.0"] * 265_000)
    dense = b'{"type":"sliced","value":{"numel":265000,"data":[' + data + b"]}}"
    (reply,) = replied(framed(dense))
    assert len(reply.value.data) == 265_000


def test_one_outline_may_be_larger_than_a_sketch() -> None:
    graph = run(Job(source="y = 1 + 1")).outcome.graph
    assert graph is not None
    long = msgspec.structs.replace(graph, prints=[Print(text="x" * SKETCH_BYTES, line=1)])
    outline = frame(Sketch(graph=long, events=2, shown=2, is_outline=True))
    (reply,) = replied(outline)
    assert reply.is_outline
    with pytest.raises(Dishonest, match="too large"):
        replied(outline + outline)
    with pytest.raises(Dishonest, match="too large"):
        replied(frame(Sketch(graph=long, events=2, shown=2)))


def test_tokens_bound_values() -> None:
    assert tokens_of(b'[1,2,{"a":[]}]') >= 4


def test_graph_keeps_the_text_it_came_in() -> None:
    graph = run(Job(source="x = torch.ones(2, requires_grad=True)\n(x * x).sum()")).outcome.graph
    assert graph is not None
    spaced = frame(Outcome(graph=graph))[HEADER.size :].replace(b'"prints":[]', b'"prints": [ ]')
    (reply,) = replied(framed(bytes(spaced)))
    assert b'"prints": [ ]' in reply.graph.json and reply.graph.json in spaced
    assert decode(reply.graph.json) == reply.graph == graph


def test_large_reply_is_checked_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []
    honest = channel.check

    def noted(reply: object) -> object:
        threads.append(threading.current_thread())
        return honest(reply)  # type: ignore[arg-type]

    monkeypatch.setattr(channel, "check", noted)
    large = Outcome(problem=Problem(code="c", message="m" * SMALL, hint="h"))
    assert replied(bytes(frame(large))) == [large]
    assert threads and threading.main_thread() not in threads


def test_more_values_than_nodes_explain_are_dishonest() -> None:
    few = settings().nodes * TOKENS_PER_NODE
    body = b'{"type":"outcome","a":[' + b"0.0," * few + b"0.0]}"
    with pytest.raises(Dishonest, match="too many values"):
        replied(HEADER.pack(len(body)) + body, size=1 << 28)
