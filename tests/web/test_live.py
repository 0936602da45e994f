"""Trace and the live socket, end to end over the real pool of confined workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.settings import Settings
from app.web import create_app

LIVE = "/api/v1/live"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(requests_per_minute=1000))) as found:
        yield found


def answer_of(socket: Any) -> dict[str, Any]:
    """The next message that is not progress."""
    while True:
        message: dict[str, Any] = socket.receive_json()
        if message["type"] != "progress":
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
        wanted = {"node": node, "output": 0, "of": "gradient"}
        socket.send_text(json.dumps({"type": "slice", "id": 2, "slice": wanted}))
        assert answer_of(socket)["sliced"]["value"]["data"] == 6.0
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


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null"])
def test_foreign_origin_is_refused(client: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused:
        with client.websocket_connect(LIVE, headers={"origin": origin}):
            pass
    assert refused.value.code == 1008
