"""Files over HTTP and over the live socket, made by the real studio."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.settings import Settings
from app.web import create_app
from tests.web.pools import IdlePool

SOURCE = "x = 3.0\ny = x*x"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(requests_per_minute=5000))) as found:
        yield found


def answer_of(socket: Any, number: int) -> dict[str, Any]:
    """The next message about this number that is no news."""
    while True:
        message: dict[str, Any] = socket.receive_json()
        if message["type"] not in ("progress", "exporting") and message["id"] == number:
            return message


def test_program_becomes_a_file(client: TestClient) -> None:
    body = {"source": SOURCE, "how": {"title": "Área </title>", "theme": "dark"}}
    made = client.post("/api/v1/export/svg", json=body)
    assert made.status_code == 200 and made.text.startswith("<svg")
    assert made.headers["content-type"] == "image/svg+xml"
    assert "%C3%81rea" in made.headers["content-disposition"]
    assert "sandbox" in made.headers["content-security-policy"]
    graph = client.post("/api/v1/export/json", json={"source": SOURCE}).json()
    assert graph["schema"] == "gradreel.graph/1"


@pytest.mark.parametrize(
    ("suffix", "body", "status", "code"),
    [
        ("exe", {"source": SOURCE}, 400, "export_format"),
        ("..%2f..%2fetc%2fpasswd", {"source": SOURCE}, 404, "not_found"),
        ("svg%00", {"source": SOURCE}, 400, "export_format"),
        ("svg", {"source": "y = ("}, 422, None),
        ("svg", {"source": SOURCE, "how": {"scale": 1e9}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "how": {"scale": -1}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "how": {"step": 10**30}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "how": {"theme": "pink"}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "how": {"opened": ["s"] * 9999}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "how": {"title": "t" * 9999}}, 422, "malformed"),
        ("svg", {"source": SOURCE, "template": "?"}, 422, "malformed"),
        ("svg", {"how": {}}, 422, "malformed"),
        ("svg", [], 422, "malformed"),
        ("svg", {"source": SOURCE, "inputs": {"x": [10**30]}}, 200, None),
        ("svg", {"source": SOURCE, "options": {"seed": 10**30}}, 422, None),
        ("svg", {"source": SOURCE, "options": {"seed": -(10**30)}}, 422, None),
        ("svg", {"source": SOURCE, "options": {"root": "' OR 1"}}, 422, None),
        ("svg", {"source": SOURCE, "options": {"device": "../../dev"}}, 422, None),
        ("svg", {"source": SOURCE, "options": {"lang": "xx"}}, 200, None),
        ("svg", {"source": SOURCE, "how": {"lang": "xx"}}, 422, "malformed"),
        ("svg", {"source": "", "how": {}}, 422, None),
        ("pptx", {"source": SOURCE, "template": "eA=="}, 422, None),
        ("svg", {"source": SOURCE, "language": "cobol"}, 422, "unknown_language"),
    ],
)
def test_nonsense_is_explained(
    client: TestClient, suffix: str, body: Any, status: int, code: str | None
) -> None:
    refused = client.post(f"/api/v1/export/{suffix}", json=body)
    assert refused.status_code == status
    assert code is None or refused.json()["error"]["code"] == code


def test_deep_input_is_refused(client: TestClient) -> None:
    body = f'{{"source": "x", "inputs": {{"x": {"[" * 800}{"]" * 800}}}}}'
    assert client.post("/api/v1/export/svg", content=body).status_code in (400, 422)


def test_large_template_is_refused() -> None:
    with TestClient(create_app(Settings(template_mib=1), pool=IdlePool())) as small:
        body = {"source": SOURCE, "template": base64.b64encode(b"x" * 1_100_000).decode()}
        refused = small.post("/api/v1/export/json", json=body)
    assert refused.status_code == 413


def test_socket_exports_the_last_run(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "export", "id": 1, "suffix": "svg", "how": {}})
        assert answer_of(socket, 1)["problem"]["code"] == "nothing_to_export"
        socket.send_json({"type": "run", "id": 2, "job": {"source": SOURCE}})
        answer_of(socket, 2)
        how = {"title": "../a b", "step": 2}
        socket.send_json({"type": "export", "id": 3, "suffix": "svg", "how": how})
        made = answer_of(socket, 3)
        assert made["type"] == "exported" and made["name"] == "a b.svg"
        file = client.get(made["url"])
        assert file.status_code == 200 and len(file.content) == made["size"]
        assert 'filename="a b.svg"' in file.headers["content-disposition"]
        assert "sandbox" in file.headers["content-security-policy"]
        socket.send_json({"type": "export", "id": 4, "suffix": "svg", "how": how})
        assert answer_of(socket, 4)["url"] == made["url"]


def test_file_that_cannot_be_kept_is_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = client.app.state.studio.cache  # type: ignore[attr-defined]
    monkeypatch.setattr(cache, "put", lambda *file: None)
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "run", "id": 1, "job": {"source": "x = 9.0\ny = x*x"}})
        answer_of(socket, 1)
        socket.send_json({"type": "export", "id": 2, "suffix": "svg", "how": {}})
        assert answer_of(socket, 2)["problem"]["code"] == "export_failed"


def test_closed_page_stops_its_exports(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = client.app.state.studio  # type: ignore[attr-defined]
    started, ended = threading.Event(), threading.Event()

    async def slow(order: Any, report: Any) -> bytes:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return b""

    monkeypatch.setattr(studio.films, "draw", slow)
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "run", "id": 1, "job": {"source": SOURCE}})
        answer_of(socket, 1)
        socket.send_json({"type": "export", "id": 2, "suffix": "gif", "how": {"title": "slow"}})
        assert started.wait(20)
    assert ended.wait(20) and not studio.flight.under_way


def test_deck_of_ones_own_may_be_large() -> None:
    limits = Settings(template_mib=1, source_bytes=1000)
    deck = base64.b64encode(b"x" * 900_000).decode()
    with TestClient(create_app(limits, pool=IdlePool())) as small:
        with small.websocket_connect("/api/v1/live") as socket:
            wish = {"type": "export", "id": 7, "suffix": "pptx", "how": {}, "template": deck}
            socket.send_json(wish)
            assert answer_of(socket, 7)["problem"]["code"] == "nothing_to_export"
            socket.send_json({**wish, "template": deck + deck})
            assert answer_of(socket, 7)["problem"]["code"] == "template_too_large"
            socket.send_json({"type": "run", "id": 8, "job": {"source": deck}})
            assert answer_of(socket, 0)["problem"]["code"] == "source_too_large"


def test_wish_that_makes_no_sense_is_answered_by_number(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "export", "id": 5, "suffix": "svg", "how": {"scale": 99}})
        assert answer_of(socket, 5)["problem"]["code"] == "malformed"


def test_socket_refuses_unknown_formats(client: TestClient) -> None:
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "run", "id": 1, "job": {"source": SOURCE}})
        answer_of(socket, 1)
        socket.send_json({"type": "export", "id": 2, "suffix": "../x", "how": {}})
        assert answer_of(socket, 2)["problem"]["code"] == "export_format"
        socket.send_text('{"type":"export","id":3,"suffix":"svg","how":{"scale":1e999}}')
        assert answer_of(socket, 3)["problem"]["code"] == "malformed"
        socket.send_json({"type": "stop_export", "id": 99})
        socket.send_json({"type": "export", "id": 4, "suffix": "svg", "how": {}})
        assert answer_of(socket, 4)["type"] == "exported"


def test_stopped_export_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = []

    async def slow(order: Any, report: Any) -> bytes:
        report(1, 9)
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.append(True)
        return b""

    monkeypatch.setattr(client.app.state.studio.stills, "draw", slow)  # type: ignore[attr-defined]
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "run", "id": 1, "job": {"source": "x = 5.0\ny = x*x"}})
        answer_of(socket, 1)
        socket.send_json({"type": "export", "id": 2, "suffix": "svg", "how": {}})
        assert socket.receive_json() == {"type": "exporting", "id": 2, "done": 1, "of": 9}
        socket.send_json({"type": "stop_export", "id": 2})
        assert answer_of(socket, 2)["problem"]["code"] == "cancelled"
    assert cancelled


@pytest.mark.parametrize(
    "name",
    ["a" * 64 + ".svg", "..%2f..%2fpyproject.toml", "%00.svg", "x", "é" * 64 + ".svg", "a.b.c"],
)
def test_files_nobody_made_are_gone(client: TestClient, name: str) -> None:
    assert client.get(f"/api/v1/exports/{name}").status_code == 404


def test_derivation_is_asked_of_the_worker(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.web import exporting, exports

    asked = []
    monkeypatch.setattr(exporting, "DERIVED", {"json"})
    monkeypatch.setattr(exports, "DERIVED", {"json"})
    draw = client.app.state.studio.stills.draw  # type: ignore[attr-defined]

    async def spy(order: Any, report: Any) -> bytes:
        asked.append(json.loads(bytes(order.derivation)))
        return await draw(order, report)

    monkeypatch.setattr(client.app.state.studio.stills, "draw", spy)  # type: ignore[attr-defined]
    source = "x = 7.0\ny = x*x"
    assert client.post("/api/v1/export/json", json={"source": source}).status_code == 200
    with client.websocket_connect("/api/v1/live") as socket:
        socket.send_json({"type": "run", "id": 1, "job": {"source": source}})
        answer_of(socket, 1)
        socket.send_json({"type": "export", "id": 2, "suffix": "json", "how": {}})
        answer_of(socket, 2)
    assert [one["steps"] != [] for one in asked] == [True, True]
