"""Pages: language choice, escaping, and the headers that keep a page to itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.assets import examples_dir
from app.settings import Settings
from app.web import create_app


class IdlePool:
    """A pool that is ready and runs nothing."""

    ready = True

    async def start(self) -> None:
        """Nothing to start."""

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), pool=IdlePool())) as found:
        yield found


def boot_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="boot"[^>]*>(.*?)</script>', page, re.S)
    assert found
    boot: dict[str, Any] = json.loads(found[1])
    return boot


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("es-MX,en;q=0.5", "es"), ("fr, en;q=0.2, es;q=0.9", "es"), ("fr", "en"), ("es;q=x", "en")],
)
def test_browser_language_is_followed(client: TestClient, accepted: str, lang: str) -> None:
    page = client.get("/", headers={"accept-language": accepted}).text
    assert f'<html lang="{lang}"' in page
    assert boot_of(page)["lang"] == lang


def test_head_answers_without_the_page(client: TestClient) -> None:
    head = client.head("/")
    assert head.status_code == 200 and not head.content


def test_chosen_language_is_remembered(client: TestClient) -> None:
    first = client.get("/?lang=es")
    assert "samesite=lax" in first.headers["set-cookie"].lower()
    assert boot_of(client.get("/", headers={"accept-language": "en"}).text)["lang"] == "es"


def test_boot_carries_stripped_examples(client: TestClient) -> None:
    gallery = boot_of(client.get("/").text)["examples"]
    assert len(gallery) >= 14
    for example in gallery:
        assert example["title"] and example["why"]
        assert "# title" not in example["source"]


def test_every_example_stands_on_a_shelf(client: TestClient) -> None:
    boot = boot_of(client.get("/").text)
    assert {example["group"] for example in boot["examples"]} == set(boot["groups"])
    assert all("\n# group: " in p.read_text("utf-8") for p in examples_dir().glob("[0-9]*"))


def test_nonce_is_fresh_and_used(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = [
        re.search(r"'nonce-([^']+)'", r.headers["content-security-policy"]) for r in (first, second)
    ]
    assert nonces[0] and nonces[1] and nonces[0][1] != nonces[1][1]
    assert set(re.findall(r'nonce="([^"]+)"', first.text)) == {nonces[0][1]}


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/nope", "/static/nope.js"])
def test_strict_headers_everywhere(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert headers["x-content-type-options"] == "nosniff"


def test_docs_load_nothing_foreign(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200 and "/api/v1/trace" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)


def test_missing_page_is_html(client: TestClient) -> None:
    missing = client.get("/nope")
    assert missing.status_code == 404 and "<h1>404</h1>" in missing.text
    assert client.get("/api/nope").json()["error"]["code"] == "not_found"
