"""Embed pages: who may frame them, what they may do, and how they fail."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.autograd import run
from app.errors import ProgramError
from app.protocol import Job, Outcome
from app.settings import Settings
from app.store.code import Saved, encode
from app.web import create_app

SOURCE = "x = 3\ny = x*x + 2x"


@cache
def ran(source: str, lang: str) -> Outcome:
    return run(Job(source=source)).outcome


class OnePool:
    """Runs mathematics in this process; `boom` is at fault."""

    ready = True

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def run(self, job: Job, **_: Any) -> Outcome:
        if job.source == "boom":
            return Outcome(problem=ProgramError("cancelled").problem)
        return ran(job.source, job.options.lang)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    limits = settings_in(tmp_path_factory.mktemp("embeds"))
    with TestClient(create_app(limits, pool=OnePool())) as found:
        yield found


def settings_in(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=str(folder), cache_dir=str(folder / "cache"), **more)


def code(source: str = SOURCE, **more: Any) -> str:
    return encode(Saved(v=1, source=source, **more))


def bomb() -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b" " * 3_000_000) + packer.flush()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def test_anybody_may_frame_it_and_nothing_else(client: TestClient) -> None:
    answer = client.get(f"/embed/{code()}?lang=es")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "frame-ancestors" not in policy and "x-frame-options" not in answer.headers
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert "connect-src" not in policy and "require-trusted-types-for 'script'" in policy
    assert "set-cookie" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce and set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce[1]}
    assert '<html lang="es"' in answer.text


def test_saved_state_and_query_choose(client: TestClient) -> None:
    address = f"/embed/{code(step=2, title='Saved')}"
    assert "<title>Saved</title>" in client.get(address).text
    asked = client.get(f"{address}?title=%3C/script%3E&theme=dark").text
    assert "<title>&lt;/script&gt;</title>" in asked and 'data-theme="dark"' in asked
    assert '"start":2' in asked
    assert client.get(f"{address}?theme=%22onload%3D1").text.count("onload") == 0


def test_head_previews_this_very_graph(client: TestClient) -> None:
    text = client.get(f"/embed/{code()}").text
    assert f'og:image" content="http://testserver/img/{code()}.png?' in text
    assert 'twitter:card" content="summary_large_image"' in text
    found = re.search(r'json\+oembed" href="([^"]+)"', text)
    assert found
    answer = client.get(found[1].replace("&amp;", "&"))
    assert answer.json()["type"] == "rich"


@pytest.mark.parametrize(("wrong", "status"), [("AAAA", 400), (bomb(), 413), (code("boom"), 422)])
def test_faults_are_pages_with_their_status(client: TestClient, wrong: str, status: int) -> None:
    answer = client.get(f"/embed/{wrong}")
    assert answer.status_code == status
    assert "<h1>" in answer.text and "text/html" in answer.headers["content-type"]
    assert "frame-ancestors" not in answer.headers["content-security-policy"]


def test_whole_class_may_open_the_same_embed(tmp_path: Path) -> None:
    limits = settings_in(tmp_path, requests_per_minute=1)
    with TestClient(create_app(limits, pool=OnePool())) as client:
        for _ in range(5):  # one address, one drawing, remembered
            assert client.get(f"/embed/{code()}").status_code == 200
        answer = client.get(f"/embed/{code('y = 2x')}")
        assert answer.status_code == 429 and answer.headers["retry-after"]
