"""Trace and the live socket, end to end over the real pool of confined workers."""

from __future__ import annotations

import asyncio
import json
import socket as socket_module
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import graph as wire
from app.protocol import Job, Outcome
from app.sandbox import probe
from app.settings import Settings
from app.web import create_app, running
from app.web.live import AT_ONCE
from tests.sandbox.attack_entry import graph_of
from tests.sandbox.test_mend import PASTED
from tests.web.pools import IdlePool

LIVE = "/api/v1/live"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(requests_per_minute=1000))) as found:
        yield found


def answer_of(socket: Any) -> dict[str, Any]:
    """The next message that is no news of a run."""
    while True:
        message: dict[str, Any] = socket.receive_json()
        if message["type"] not in ("progress", "sketch"):
            return message


def run(socket: Any, number: int, source: str) -> None:
    socket.send_text(json.dumps({"type": "run", "id": number, "job": {"source": source}}))


def test_trace_answers_true_gradient(client: TestClient) -> None:
    graph = client.post("/api/v1/trace", json={"source": "x = 3.0\ny = x*x"}).json()
    (leaf,) = [node for node in graph["nodes"] if node["name"] == "x"]
    assert graph["schema"] == "gradreel.graph/1"
    assert leaf["outputs"][0]["gradient"]["data"] == 6.0


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"source": 3}',
        b'{"source": "a\\ud800"}',
        b'{"source": "x", "inputs": {"x": NaN}}',
        b'{"source": "x", "inputs": {"x": 1e999}}',
        b'{"source": "x", "inputs": {"x": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_malformed_request_is_explained(client: TestClient, body: bytes) -> None:
    refused = client.post("/api/v1/trace", content=body)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "malformed"


def test_megabytes_are_refused_unread(client: TestClient) -> None:
    body = json.dumps({"source": "a" * 3_000_000})
    assert client.post("/api/v1/trace", content=body).status_code == 413


def test_rate_limit_answers_429() -> None:
    with TestClient(create_app(Settings(requests_per_minute=2, spare_workers=0))) as few:
        codes = [few.post("/api/v1/trace", content=b"{").status_code for _ in range(3)]
    assert codes == [422, 422, 429]


def test_run_then_slice_then_fold(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "x = 3.0\ny = x*x")
        result = answer_of(socket)
        assert (result["type"], result["id"], result["problem"]) == ("result", 1, None)
        assert result["views"]["program"]["svg"].startswith("<svg")
        assert result["views"]["autograd"]["picture"]["marks"]
        (node,) = [n["id"] for n in result["graph"]["nodes"] if n["name"] == "x"]
        wanted = {"type": "slice", "node": node, "output": 0, "of": "gradient"}
        socket.send_text(json.dumps({"type": "ask", "id": 2, "question": wanted}))
        assert answer_of(socket)["answer"]["value"]["data"] == 6.0
        socket.send_text(json.dumps({"type": "fold", "id": 3, "opened": ["s9"], "closed": []}))
        assert answer_of(socket)["view"]["svg"].startswith("<svg")


def test_newer_run_replaces_older(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "import torch\nwhile True: torch.ones(1)")
        run(socket, 2, "y = 2.0 * 3.0")
        assert answer_of(socket)["id"] == 2


def test_cancel_stops_endless_loop(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "import torch\nwhile True: torch.ones(1)")
        socket.send_text('{"type": "cancel", "id": 1}')
        assert answer_of(socket)["problem"]["code"] == "cancelled"


def test_faulty_program_leaves_socket_usable(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "y = (")
        problem = answer_of(socket)
        assert problem["type"] == "problem" and problem["problem"]["span"]["line"] == 1
        socket.send_text("not json")
        assert answer_of(socket)["problem"]["code"] == "malformed"
        run(socket, 2, "y = 2.0 * 3.0")
        assert answer_of(socket)["type"] == "result"


def test_problem_offers_one_repair_that_runs(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, PASTED)
        first = answer_of(socket)
        assert first["is_mending"] and first["problem"]["repair"] is None
        assert first["problem"]["code"] == "lost_indentation"
        told = answer_of(socket)
        assert (told["type"], told["id"]) == ("mended", 1)
        problem = told["problem"]
        assert problem["code"] == "lost_indentation" and len(problem["mends"]) == 1
        run(socket, 2, problem["repair"])
        assert answer_of(socket)["problem"] is None
    refused = client.post("/api/v1/trace", json={"source": PASTED}).json()["error"]
    assert refused["repair"] == problem["repair"]


def test_a_new_run_ends_the_search_for_a_repair(client: TestClient) -> None:
    endless = "import torch\nx = torch.tensor([1], requires_grad=True)\nwhile True: pass"
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, endless)
        assert answer_of(socket)["is_mending"]
        run(socket, 2, "y = 2.0 * 3.0")
        told = answer_of(socket)
        assert (told["type"], told["id"]) == ("result", 2) and not told["is_mending"]


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null"])
def test_foreign_origin_is_refused(client: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused:
        with client.websocket_connect(LIVE, headers={"origin": origin}):
            pass
    assert refused.value.code == 1008


def test_nothing_about_progress_comes_after_the_answer(client: TestClient) -> None:
    slow = "import torch, time\nx = torch.ones(1, requires_grad=True)\nfor i in range(40000):\n    y = x * 2\nraise ValueError(1)\n"
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, slow)
        kinds = [socket.receive_json()["type"]]
        while kinds[-1] in ("progress", "sketch"):
            kinds.append(socket.receive_json()["type"])
        run(socket, 2, "y = 1 + 1")
        later = socket.receive_json()
        assert "progress" in kinds and later["id"] == 2


SLOW = """import torch, time
x = torch.tensor(2.0, requires_grad=True)
y = x
for k in range(30):
    y = y.sin()
    time.sleep(0.05)
y.register_hook(lambda g: time.sleep(1.5))
loss = y * 2
loss.backward()
"""


def news_until(socket: Any, kind: str) -> list[dict[str, Any]]:
    """Every message up to the first of a kind."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != kind:
        seen.append(socket.receive_json())
    return seen


def test_slow_run_is_sketched_and_its_result_is_the_same(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, SLOW)
        seen = news_until(socket, "result")
        sketches = [m for m in seen if m["type"] == "sketch"]
        assert 1 <= len(sketches) <= 3
        first, result = sketches[0], seen[-1]
        assert first["id"] == 1 and 12 <= first["shown"] <= first["events"]
        assert first["views"]["program"]["svg"].startswith("<svg")
        assert first["graph"]["root"] is None
        stages = [m["stage"] for m in seen[seen.index(first) :] if m["type"] == "progress"]
        assert "backward" in stages  # it came while there was much to do
        plain = client.post(
            "/api/v1/trace", json={"source": SLOW.replace("0.05", "0").replace("1.5", "0")}
        )
        numbers = lambda graph: [n["outputs"] for n in graph["nodes"]]  # noqa: E731
        shown = {n["id"] for n in result["graph"]["nodes"]}
        whole = [n for n in plain.json()["nodes"] if n["id"] in shown]
        assert numbers(result["graph"]) == numbers({"nodes": whole})


LONG = """import torch
x = torch.ones(2, requires_grad=True)
y = x
for k in range(2100):
    y = y.sin()
y.sum().backward()
"""


def test_long_run_is_outlined_and_its_export_waits_for_the_whole(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        job = {"source": LONG, "is_watched": True}
        socket.send_text(json.dumps({"type": "run", "id": 1, "job": job}))
        outline = news_until(socket, "sketch")[-1]
        assert outline["is_outline"] and outline["size"][0] > 2_100
        wish = {"type": "export", "id": 2, "suffix": "json", "how": {}}
        socket.send_text(json.dumps(wish))
        seen = news_until(socket, "exported")
        assert "result" in [message["type"] for message in seen]
        whole = client.get(seen[-1]["url"]).json()
        assert [one["kind"] for one in whole["passes"]] == ["forward", "backward"]


def test_outline_drawn_late_leaves_the_worker_of_its_run(
    client: TestClient, monkeypatch: Any
) -> None:
    made, documents = running.drawn, client.app.state.pool.documents  # type: ignore[attr-defined]

    async def late(*args: Any) -> Any:
        while not len(documents):
            await asyncio.sleep(0.02)
        return await made(*args)

    documents.clear()
    monkeypatch.setattr(running, "drawn", late)
    with client.websocket_connect(LIVE) as socket:
        job = {"source": LONG, "is_watched": True}
        socket.send_text(json.dumps({"type": "run", "id": 1, "job": job}))
        kinds = [message["type"] for message in news_until(socket, "result")]
        assert "sketch" in kinds
        question = {"type": "slice", "node": "n1", "output": 0, "index": []}
        socket.send_text(json.dumps({"type": "ask", "id": 2, "question": question}))
        answer = answer_of(socket)["answer"]
        assert answer["type"] == "sliced", answer


def test_sketch_can_be_folded_and_cancelled(client: TestClient) -> None:
    pool = client.app.state.pool  # type: ignore[attr-defined]
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "y = 2.0 * 3.0")
        assert answer_of(socket)["type"] == "result"
        run(socket, 2, SLOW)
        news_until(socket, "sketch")
        fold = {"type": "fold", "id": 3, "opened": [], "closed": ["s1"]}
        socket.send_text(json.dumps(fold))
        view = news_until(socket, "view")[-1]
        assert view["id"] == 3 and view["view"]["svg"].startswith("<svg")
        socket.send_text('{"type": "cancel", "id": 2}')
        told = news_until(socket, "problem")  # not at the end of the run, which would answer
        assert told[-1]["problem"]["code"] == "cancelled"
        assert "result" not in {message["type"] for message in told}
        assert len(pool.documents) == 0  # the run before gave way to the sketch
        wanted = {"type": "ask", "id": 4, "question": {"type": "derive"}}
        socket.send_text(json.dumps(wanted))
        assert answer_of(socket)["answer"]["problem"]["code"] == "session_gone"


def test_a_run_comes_folded_as_its_sketch_was(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, SLOW)
        sketch = news_until(socket, "sketch")[-1]
        assert sketch["closed"] == []
        fold = {"type": "fold", "id": 2, "opened": [], "closed": ["s1"]}
        socket.send_text(json.dumps(fold))
        result = news_until(socket, "result")[-1]
        assert result["closed"] == ["s1"] and result["views"]["autograd"]
        marks = {mark["id"] for mark in result["views"]["program"]["picture"]["marks"]}
        assert "s1.card" in marks and "s1.scope" not in marks
        run(socket, 3, SLOW.replace("0.05", "0").replace("1.5", "0"))
        assert news_until(socket, "result")[-1]["closed"] == []


def test_cancel_does_not_wait_for_slow_drawing(client: TestClient, monkeypatch: Any) -> None:
    layouts = client.app.state.layouts  # type: ignore[attr-defined]

    async def slow(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "y = 2.0 * 3.0")
        assert answer_of(socket)["type"] == "result"
        monkeypatch.setattr(layouts, "call", slow)
        for number in range(2, 6):
            fold = {"type": "fold", "id": number, "opened": [], "closed": []}
            socket.send_text(json.dumps(fold))
        run(socket, 7, SLOW)
        socket.send_text('{"type": "cancel", "id": 7}')
        assert answer_of(socket)["problem"]["code"] == "cancelled"


def test_absent_device_is_explained(client: TestClient) -> None:
    body = {"source": "y = 2.0", "options": {"device": "mps"}}
    answer = client.post("/api/v1/trace", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "no_such_device"
    assert "macOS" in answer.json()["error"]["hint"]


def test_dawdling_body_is_refused(client: TestClient, monkeypatch: Any) -> None:
    from app.web import api

    async def body() -> Any:
        yield b"{"
        await asyncio.sleep(30)

    async def ask() -> Any:
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as slow:
            return await slow.post("/api/v1/trace", content=body())

    monkeypatch.setattr(api, "BODY_S", 0.1)
    refused = asyncio.run(ask())
    assert refused.status_code == 408
    assert refused.json()["error"]["code"] == "body_deadline"


def test_dropped_run_is_run_again(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        run(socket, 1, "x = 3.0\ny = x*x")
        result = answer_of(socket)
        shelf = client.app.state.shelf  # type: ignore[attr-defined]
        for name in list(shelf.kept):
            shelf.drop(name)
        socket.send_text(json.dumps({"type": "fold", "id": 2, "opened": [], "closed": []}))
        view = answer_of(socket)
        assert (view["type"], view["id"]) == ("view", 2)
        assert [n["id"] for n in view["graph"]["nodes"]] == [
            n["id"] for n in result["graph"]["nodes"]
        ]
        socket.send_text(json.dumps({"type": "find", "id": 3, "text": "x"}))
        assert answer_of(socket)["found"]["total"] >= 1
    assert shelf.size == 0


def test_page_too_many_is_told() -> None:
    with TestClient(create_app(Settings(sockets=1, spare_workers=0), IdlePool())) as few:
        with few.websocket_connect(LIVE), few.websocket_connect(LIVE) as second:
            assert second.receive_json()["problem"]["code"] == "too_many_pages"
            with pytest.raises(WebSocketDisconnect):
                second.receive_json()
        with few.websocket_connect(LIVE) as third:
            third.send_text("{")
            assert third.receive_json()["problem"]["code"] == "malformed"


class SilentPool(IdlePool):
    """Answers no question."""

    async def ask(self, *_: Any) -> Any:
        await asyncio.Event().wait()


def test_questions_do_not_pile_up() -> None:
    ask = {"type": "ask", "question": {"type": "derive"}}
    with TestClient(create_app(Settings(spare_workers=0), SilentPool())) as idle:
        with idle.websocket_connect(LIVE) as socket:
            for number in range(AT_ONCE + 1):
                socket.send_text(json.dumps({**ask, "id": number}))
            refused = socket.receive_json()
    assert (refused["id"], refused["problem"]["code"]) == (AT_ONCE, "busy")


def test_page_that_asks_gets_long_answers_deflated(client: TestClient) -> None:
    with client.websocket_connect(LIVE + "?deflate") as socket:
        run(socket, 1, "x = 3.0\ny = x*x")
        while "bytes" not in (frame := socket.receive()):
            assert len(frame["text"]) < 5000
        assert frame["bytes"] is not None
        answer = json.loads(zlib.decompress(frame["bytes"], wbits=-15))
    assert answer["type"] == "result" and answer["id"] == 1


def test_bytes_are_no_message() -> None:
    with TestClient(create_app(Settings(), IdlePool())) as client:
        with client.websocket_connect(LIVE) as socket:
            socket.send_bytes(b"junk")
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
    assert closed.value.code == 1003


class UnsoundPool(IdlePool):
    """What it runs comes to a graph that cannot be drawn: elements that are none."""

    async def run(self, job: Job, **news: Any) -> Outcome:
        graph = graph_of("", nodes=1)
        value = wire.Value(data=1.0, numel=2)
        tensor = replace(graph.nodes[0].outputs[0], shape=[2], value=value)
        return Outcome(graph=replace(graph, nodes=[replace(graph.nodes[0], outputs=[tensor])]))


def test_page_of_an_undrawable_run_is_answered() -> None:
    with TestClient(create_app(Settings(), UnsoundPool())) as client:
        with client.websocket_connect(LIVE) as socket:
            for number in (1, 2):
                run(socket, number, "x")
                assert answer_of(socket)["problem"]["code"] == "server_failed"


@pytest.mark.skipif(not probe().kernel_enforced, reason="this machine's kernel confines nothing")
def test_process_that_draws_reaches_nothing() -> None:
    app = create_app(Settings(), IdlePool())
    with TestClient(app) as client, pytest.raises(PermissionError):
        client.portal.call(app.state.layouts.call, socket_module.socket)
