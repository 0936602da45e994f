"""Images by address: headers for other people's pages, 304 without work, errors one can read."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.settings import Settings
from app.store.code import Saved, encode
from app.store.links import DAY_S
from app.web import create_app
from tests.web.pools import CountingPool

SAVED = Saved(v=1, source="x = 3.0\ny = x*x", title="<b>")
CODE = encode(SAVED)
PACKER = zlib.compressobj(9, zlib.DEFLATED, -15)
BOMB = base64.urlsafe_b64encode(PACKER.compress(b" " * 20_000_000) + PACKER.flush()).decode()


@pytest.fixture(scope="module")
def pool() -> CountingPool:
    return CountingPool()


@pytest.fixture(scope="module")
def client(pool: CountingPool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("images")
    limits = Settings(
        data_dir=str(folder), cache_dir=str(folder / "cache"), requests_per_minute=10_000
    )
    with TestClient(create_app(limits, pool=pool)) as found:
        yield found


def state(client: TestClient) -> Any:
    return client.app.state  # type: ignore[attr-defined]


def test_picture_may_be_used_everywhere(client: TestClient) -> None:
    shown = client.get(f"/img/{CODE}.svg")
    assert shown.status_code == 200
    assert ElementTree.fromstring(shown.text).tag.endswith("svg")
    assert "<text" not in shown.text and "<script" not in shown.text
    headers = shown.headers
    assert headers["content-type"] == "image/svg+xml"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


def test_png_has_the_size_asked_for(client: TestClient) -> None:
    sizes = []
    for scale in (1, 2):
        shown = client.get(f"/img/{CODE}.png?crop=frame&scale={scale}")
        sizes.append(Image.open(io.BytesIO(shown.content)).size)
    assert sizes == [(1280, 720), (2560, 1440)]
    dark = client.get(f"/img/{CODE}.png?theme=dark").content
    assert Image.open(io.BytesIO(dark)).convert("RGB").getpixel((2, 2))[2] < 60  # type: ignore[index]


def test_known_picture_is_not_sent_again(client: TestClient, pool: CountingPool) -> None:
    tag = client.get(f"/img/{CODE}.png?step=1").headers["etag"]
    runs = pool.runs
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(f"/img/{CODE}.png?step=1", headers={"if-none-match": known})
        assert again.status_code == 304 and again.content == b""
        assert again.headers["etag"] == tag and "immutable" in again.headers["cache-control"]
    other = client.get(f"/img/{CODE}.png?step=2", headers={"if-none-match": tag})
    assert other.status_code == 200 and pool.runs == runs


def test_packed_picture_has_a_tag_of_its_own(client: TestClient) -> None:
    plain = client.get(f"/img/{CODE}.svg", headers={"accept-encoding": "identity"})
    small = client.get(f"/img/{CODE}.svg", headers={"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip" and plain.text == small.text
    assert plain.headers["etag"] != small.headers["etag"]
    assert small.headers["vary"] == "Accept-Encoding"
    assert int(small.headers["content-length"]) == len(gzip.compress(plain.content, 5, mtime=0))


def test_head_says_the_same_without_content(client: TestClient) -> None:
    get, head = client.get(f"/img/{CODE}.png"), client.head(f"/img/{CODE}.png")
    assert head.status_code == 200 and head.content == b""
    for name in ("content-length", "etag", "content-type", "cache-control"):
        assert head.headers[name] == get.headers[name]
    assert client.head("/img/nonsense.png").status_code == 400


def test_crowd_is_drawn_once(client: TestClient, pool: CountingPool) -> None:
    code = encode(Saved(v=1, source="x = 4.0\ny = x*x*x"))
    drawn: list[str] = []
    stills = state(client).studio.stills
    draw = type(stills).draw

    async def counted(order: Any, report: Any) -> bytes:
        drawn.append(order.suffix)
        await asyncio.sleep(0.05)
        content: bytes = await draw(stills, order, report)
        return content

    stills.draw = counted
    runs = pool.runs
    try:
        with ThreadPoolExecutor(12) as crowd:
            shown = list(crowd.map(lambda _: client.get(f"/img/{code}.png").content, range(12)))
    finally:
        del stills.draw
    assert len(set(shown)) == 1 and drawn == ["png"] and pool.runs == runs + 1


def test_short_link_has_a_picture(client: TestClient) -> None:
    made = client.post("/api/v1/links", json={"code": CODE}).json()
    shown = client.get(f"/img/{made['id']}.png")
    assert shown.content == client.get(f"/img/{CODE}.png").content
    assert "immutable" in shown.headers["cache-control"]


def test_expiring_link_is_not_kept_for_ever(client: TestClient) -> None:
    code = encode(Saved(v=1, source="x = 5.0\ny = x*x"))
    name = client.post("/api/v1/links", json={"code": code, "expires_days": 1}).json()["id"]
    assert client.get(f"/img/{name}.png").headers["cache-control"] == "public, max-age=3600"
    links = state(client).links
    then = links.clock
    links.clock = lambda: then() + 2 * DAY_S
    gone = client.get(f"/img/{name}.png?lang=es")
    links.clock = then
    assert gone.status_code == 410 and gone.headers["x-gradreel-error"] == "link_expired"


@pytest.mark.parametrize("suffix", ["svg", "png", "gif"])
def test_faulty_program_is_a_readable_picture(client: TestClient, suffix: str) -> None:
    code = encode(Saved(v=1, source="y = (</svg><script>alert(1)</script>"))
    shown = client.get(f"/img/{code}.{suffix}?theme=dark")
    assert shown.status_code == 422 and shown.headers["cache-control"] == "no-store"
    assert shown.headers["access-control-allow-origin"] == "*"
    if suffix == "svg":
        assert ElementTree.fromstring(shown.text) is not None and "<script" not in shown.text
    else:
        picture = Image.open(io.BytesIO(shown.content)).convert("L")
        assert picture.size[0] == 640 and len(picture.getcolors(256) or ()) > 20


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("step=1e99", 400),
        ("step=nan", 400),
        ("step=99999999999999999999", 400),
        ("step=1.5", 400),
        ("step=%00", 400),
        ("step=-5", 200),
        ("step=2000000000", 200),
        ("step=last", 200),
        ("scale=1e9", 400),
        ("scale=-1", 400),
        ("scale=0", 400),
        ("scale=nan", 400),
        ("scale=inf", 400),
        ("theme=pink", 400),
        ("crop=../../etc", 400),
        ("background=url(x)", 400),
        ("title=" + "t" * 300, 400),
        ("title=%3C/title%3E%3Cscript%3E&text=text", 200),
        ("lang=klingon", 200),
        ("view=raw", 400),
        ("view=autograd", 200),
        ("utm_source=x&v=7", 200),
        ("step=&theme=", 200),
    ],
)
def test_queries(client: TestClient, query: str, status: int) -> None:
    shown = client.get(f"/img/{CODE}.svg?{query}")
    assert shown.status_code == status
    ElementTree.fromstring(shown.text)
    assert "<script" not in shown.text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("nonsense.svg", 400),
        (f"{CODE}.exe", 400),
        (f"{CODE}.json", 400),
        (CODE, 400),
        (".svg", 400),
        ("..%2f..%2fetc%2fpasswd.svg", 404),
        ("%2e%2e.svg", 400),
        ("%00.png", 400),
        ("é.png", 400),
        ("0123456789.png", 404),
        (f"{BOMB}.png", 413),
    ],
)
def test_addresses_nobody_made(client: TestClient, name: str, status: int) -> None:
    refused = client.get(f"/img/{name}")
    assert refused.status_code == status
    assert "no-store" in refused.headers["cache-control"] or status == 404


def test_only_new_pictures_cost_requests(tmp_path: Path) -> None:
    limits = Settings(data_dir=str(tmp_path), cache_dir=str(tmp_path / "c"), requests_per_minute=1)
    with TestClient(create_app(limits, pool=CountingPool())) as few:
        answers = [few.get(f"/img/{CODE}.svg") for _ in range(3)]
        other = few.get(f"/img/{CODE}.svg?theme=dark")
    assert [one.status_code for one in answers] == [200] * 3
    assert other.status_code == 429 and other.headers["retry-after"]
