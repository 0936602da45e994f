"""Host headers a rebinding page could send: which this server answers, and how it refuses the rest."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.settings import Settings
from app.web import create_app
from app.web.hosts import OnlyHosts, is_loopback, name_of


def knows(header, **settings):
    return OnlyHosts(None, Settings(**settings)).knows(header)


@pytest.mark.parametrize(
    "header",
    [
        "localhost:8000",
        "127.0.0.1:8000",
        "127.8.9.1",
        "[::1]:8000",
        "a.localhost",
        "LOCALHOST",
        "box",
    ],
)
def test_loopback_answers_its_own_names(header):
    assert knows(header)


@pytest.mark.parametrize(
    "header",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example",
     "localhost.evil.example.", "192.168.1.7", "[fe80::1]:8000", "evil.example#.localhost:1.x"],
)  # fmt: skip
def test_loopback_refuses_foreign_names(header):
    assert not knows(header)


def test_open_address_answers_any_name():
    assert knows("anything.example", host="0.0.0.0")
    assert knows("anything.example", host="192.168.1.7")


def test_named_hosts_replace_the_rule():
    assert knows("reel.example.org:443", hosts="reel.example.org, *.lab.example")
    assert knows("a.lab.example", hosts="reel.example.org, *.lab.example")
    assert not knows("lab.example.evil", hosts="reel.example.org, *.lab.example")
    assert not knows("localhost", hosts="reel.example.org", host="0.0.0.0")
    assert knows("evil.example", hosts="*")


def test_name_leaves_the_port():
    assert [name_of(h) for h in ("[::1]:8000", "Example.org:80", "a.b.", "")] == [
        "::1", "example.org", "a.b", ""]  # fmt: skip
    assert is_loopback("::1") and not is_loopback("10.0.0.1")


def test_refusal_says_what_to_do():
    client = TestClient(create_app(Settings(), pool=object()))  # no lifespan: nothing may reach it
    refused = client.get("/", headers={"host": "evil.example:8000"})
    assert refused.status_code == 421
    assert refused.json()["error"]["code"] == "unknown_host"
    assert "GRADREEL_HOSTS" in refused.json()["error"]["hint"]
    with pytest.raises(WebSocketDisconnect):
        with client.websocket_connect(
            "/api/v1/live", headers={"host": "evil.example", "origin": "http://evil.example"}
        ):
            pass
    assert client.get("/healthz").status_code == 200
