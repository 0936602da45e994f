"""oEmbed: addresses of ours become players, others nothing."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from app.web.oembed import code_in, iframe, scaled
from tests.web.test_embed import SOURCE, client, code  # noqa: F401  (a fixture)

BASE = "https://reel.example:8443/app"


def test_answers_a_rich_player(client: TestClient) -> None:  # noqa: F811
    address = f"http://testserver/embed/{code()}"
    answer = client.get(f"/oembed?url={quote(address, safe='')}&maxwidth=500&maxheight=300")
    found = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (found["version"], found["type"]) == ("1.0", "rich")
    assert found["width"] <= 500 and found["height"] <= 300
    assert f'src="{address}"' in found["html"] and f'width="{found["width"]}"' in found["html"]
    assert found["thumbnail_url"].startswith(f"http://testserver/img/{code()}.png?")
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (500, 281)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"url=https://elsewhere.example/embed/{SOURCE[0]}", 404),
        ("url=http://testserver/docs", 404),
        ("url=http://testserver/embed/AAAA", 400),
        ("url=http://testserver/embed/AAAA&format=xml", 501),
        ("maxwidth=5", 422),
        ("url=http://testserver/embed/AAAA&maxwidth=0", 422),
    ],
)
def test_refuses_what_is_not_ours(client: TestClient, query: str, status: int) -> None:  # noqa: F811
    assert client.get(f"/oembed?{query}").status_code == status


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"{BASE}/embed/ab-_", "ab-_"),
        (f"{BASE}/g/Zz9?lang=es", "Zz9"),
        (f"{BASE}/#ab", "ab"),
        ("http://reel.example:8443/app/g/1", "1"),
        (f"{BASE}/embed/a/b", None),
        (f"{BASE}/", None),
        ("javascript://reel.example:8443/app/embed/a", None),
        ("https://reel.example.evil:8443/app/embed/a", None),
        ("https://reel.example:99999/app/embed/a", None),
        ("https://[bad/embed/a", None),
    ],
)
def test_only_own_addresses_hold_codes(url: str, found: str | None) -> None:
    assert code_in(url, BASE) == found


def test_markup_of_a_player_is_escaped() -> None:
    text = iframe('https://x/"><script>', 10, 10, '"><img onerror=1>')
    assert "<script" not in text and "<img" not in text and text.count("<iframe") == 1


def test_picture_keeps_its_proportions() -> None:
    assert scaled((1280, 720), (None, None)) == (1280, 720)
    assert scaled((1280, 720), (640, 720)) == (640, 360)
    assert scaled((1280, 720), (None, 72)) == (128, 72)
