"""Short links over HTTP: made, opened, expired, and safe with whatever is sent."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.settings import Settings
from app.store.code import Saved, decode, encode
from app.store.links import DAY_S
from app.web import create_app
from tests.web.pools import IdlePool

LINKS = "/api/v1/links"


def app_in(folder: Path, **limits: Any) -> TestClient:
    return TestClient(create_app(Settings(data_dir=str(folder), **limits), pool=IdlePool()))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with app_in(tmp_path_factory.mktemp("links"), links_per_minute=10_000) as found:
        yield found


def boot_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="boot"[^>]*>(.*?)</script>', page, re.S)
    assert found
    boot: dict[str, Any] = json.loads(found[1])
    return boot


def test_link_opens_the_app_with_its_state(client: TestClient) -> None:
    saved = Saved(v=1, source="y = x^2", title='"></title><script>alert(1)</script>')
    made = client.post(LINKS, json={"code": encode(saved), "ancestor": "0123456789"}).json()
    assert made["url"].endswith(f"/g/{made['id']}") and made["expires"] is None
    page = client.get(f"/g/{made['id']}")
    shared = boot_of(page.text)["shared"]
    assert decode(shared["code"]) == saved
    assert (shared["id"], shared["ancestor"]) == (made["id"], "0123456789")
    assert "<script>alert" not in page.text
    assert f'og:image" content="http://testserver/img/{made["id"]}.png' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_plain_page_shares_nothing(client: TestClient) -> None:
    page = client.get("/").text
    assert boot_of(page)["shared"] is None and "og:image" not in page
    assert "svg" in boot_of(page)["formats"]


def test_whole_code_opens_too(client: TestClient) -> None:
    code = encode(Saved(v=1, source="y = x^2"))
    shared = boot_of(client.get(f"/g/{code}").text)["shared"]
    assert (shared["id"], shared["code"]) == (None, code)


def test_same_state_same_link_whoever_packed_it(client: TestClient) -> None:
    one = client.post(LINKS, json={"code": encode(Saved(v=1, source="y = x^2"))}).json()
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)
    raw = packer.compress(b'{ "source": "y = x^2", "v": 1, "later": {} }') + packer.flush()
    other = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert client.post(LINKS, json={"code": other}).json()["id"] == one["id"]


def test_expired_link_answers_410(client: TestClient) -> None:
    code = encode(Saved(v=1, source="y = x^3"))
    made = client.post(LINKS, json={"code": code, "expires_days": 1}).json()
    assert made["expires"].endswith("+00:00")
    links = client.app.state.links  # type: ignore[attr-defined]
    then = links.clock
    links.clock = lambda: then() + DAY_S + 1
    try:
        gone = client.get(f"/g/{made['id']}", headers={"accept-language": "es"})
        assert gone.status_code == 410 and "caducado" in gone.text
        assert gone.headers["cache-control"] == "no-store"
    finally:
        links.clock = then


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("0123456789", 404),
        ("..%2f..%2fetc%2fpasswd", 404),
        ("%00aaaaaaaaaa", 400),
        ("x" * 23, 400),
        ("%F0%9F%98%80", 400),
        ("<script>", 400),
        ("a" * 5000, 400),
    ],
)
def test_links_nobody_made(client: TestClient, name: str, status: int) -> None:
    refused = client.get(f"/g/{name}")
    assert refused.status_code == status and "<script>" not in refused.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "nonsense"}, 400),
        ({"code": ""}, 400),
        ({"code": 3}, 422),
        ({}, 422),
        ([], 422),
        ({"code": "x", "expires_days": 0}, 422),
        ({"code": "x", "expires_days": 10**30}, 422),
        ({"code": "x", "expires_days": 1.5}, 422),
        ({"code": "x", "ancestor": "../../etc/passwd"}, 422),
        ({"code": "x", "ancestor": "a" * 10 + "\n"}, 422),
        ({"code": "A" * 300_000}, 413),
        ({"code": "A" * 3_000_000}, 413),
    ],
)
def test_nonsense_is_explained(client: TestClient, body: Any, status: int) -> None:
    refused = client.post(LINKS, json=body)
    assert refused.status_code == status
    assert refused.json()["error"]["hint"]


def test_links_are_rationed(tmp_path: Path) -> None:
    code = encode(Saved(v=1, source="y = x^2"))
    with app_in(tmp_path, links_per_minute=2) as few:
        answers = [few.post(LINKS, json={"code": code}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_address_may_be_set(tmp_path: Path) -> None:
    code = encode(Saved(v=1, source="y = x^2"))
    with app_in(tmp_path, public_url="https://gradreel.example/") as named:
        url = named.post(LINKS, json={"code": code}).json()["url"]
    assert url.startswith("https://gradreel.example/g/")


def test_server_without_database_lives(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with app_in(tmp_path / "file") as broken:
        refused = broken.post(LINKS, json={"code": encode(Saved(v=1, source="x"))})
        assert refused.status_code == 503 and refused.headers["retry-after"]
        assert broken.get("/").status_code == 200
