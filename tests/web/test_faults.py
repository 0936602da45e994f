"""Every route asked wrongly: a clear status, the house's shape of an error, the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from app.settings import Settings
from app.web import api, create_app, embed, exports, images, links, oembed, pages
from tests.web.pools import IdlePool

SPANISH = {"accept-language": "es"}
HUGE = 10**40
JOB = {"source": "y = 1"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    chosen = Settings(requests_per_minute=9999, links_per_minute=9999)
    with TestClient(create_app(chosen, pool=IdlePool()), raise_server_exceptions=False) as found:
        yield found


def wrong_json(path: str, *bodies: Any) -> list[Any]:
    return [("POST", path, {"json": body}, 422, "malformed") for body in bodies]


CASES: list[Any] = [
    *wrong_json("/api/v1/trace", [], None, 7, "x", {}, {"source": 7}, {**JOB, "options": []}),
    *wrong_json("/api/v1/trace", {**JOB, "options": {"seed": "x"}}, {**JOB, "inputs": 3}),
    *wrong_json("/api/v1/export/svg", {}, {"source": None}, {**JOB, "how": {"scale": -HUGE}}),
    *wrong_json("/api/v1/export/svg", {**JOB, "how": {"step": HUGE}}, {**JOB, "template": 3}),
    *wrong_json("/api/v1/export/svg", {**JOB, "how": {"room": [1, HUGE]}}),
    *wrong_json("/api/v1/links", {}, {"code": 3}, {"code": "x", "expires_days": -1}),
    *wrong_json("/api/v1/links", {"code": "x", "expires_days": HUGE}, {"code": "", "ancestor": ""}),
    ("POST", "/api/v1/links", {"json": {"code": "x"}}, 400, "code_malformed"),
    ("POST", "/api/v1/export/exe", {"json": JOB}, 400, "export_format"),
    *(
        ("POST", path, {"content": body, "headers": {"content-type": kind}}, status, code)
        for path in ("/api/v1/trace", "/api/v1/export/png", "/api/v1/links")
        for body, kind, status, code in (
            (b"source=x&code=y", "application/x-www-form-urlencoded", 415, "not_json"),
            (b'{"source": "y = 1", "code": "x"}', "text/plain", 415, "not_json"),
            (b"\x1f\x8b\x08", "application/octet-stream", 415, "not_json"),
            (b"\xff\xfe\x00", "application/json; charset=utf-16", 422, "malformed"),
            (b"", "Application/JSON", 422, "malformed"),
            (b"[" * 9000, "application/json", 422, "malformed"),
        )
    ),
    ("GET", "/api/v1/exports/..%2f..%2fetc", {}, 404, "not_found"),
    ("GET", f"/api/v1/exports/{HUGE}.svg", {}, 404, "export_gone"),
    ("GET", "/api/v1/exports/" + "a" * 64 + ".exe", {}, 404, "export_gone"),
    ("GET", "/api/v2/trace", {}, 404, "not_found"),
    ("GET", "/api/" + quote("<script>é\x00"), {}, 404, "not_found"),
    ("GET", "/oembed", {}, 422, "query"),
    ("GET", "/oembed?url=x&maxwidth=-3", {}, 422, "query"),
    ("GET", "/oembed?url=x&maxwidth=1.5&maxheight=x", {}, 422, "query"),
    ("GET", f"/oembed?url=x&maxwidth={HUGE}", {}, 404, "not_found"),
    ("GET", "/oembed?url=x&format=xml", {}, 501, "oembed_format"),
    ("GET", "/oembed?url=" + quote("http://testserver/embed/AA"), {}, 400, "code_malformed"),
]


@pytest.mark.parametrize(("method", "path", "asked", "status", "code"), CASES)
def test_wrong_request_is_explained(
    client: TestClient, method: str, path: str, asked: dict[str, Any], status: int, code: str
) -> None:
    english, spanish = (
        client.request(method, path, **{**asked, "headers": {**asked.get("headers", {}), **more}})
        for more in ({}, SPANISH)
    )
    assert english.status_code == spanish.status_code == status
    for answer in (english, spanish):
        assert answer.headers["content-type"] == "application/json"
        problem = answer.json()["error"]
        assert problem["code"] == code and problem["message"] and problem["hint"]
    assert english.json()["error"]["message"] != spanish.json()["error"]["message"]


def path_of(route: Route) -> str:
    return route.path.replace("{suffix}", "svg").replace("{name}", "AAAA.svg").format(code="AAAA")


def test_wrong_method_is_told_to_each_reader(client: TestClient) -> None:
    modules = (pages, api, exports, images, links, embed, oembed)
    routes = [one for module in modules for one in module.router.routes if isinstance(one, Route)]
    assert len(routes) > 12
    for route in routes:
        for method in sorted(
            {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - (route.methods or set())
        ):
            path = path_of(route)
            answer = client.request(method, path, headers=SPANISH)
            assert (answer.status_code, path) == (405, path) and answer.headers["allow"]
            if path.startswith("/img/"):
                assert answer.text.startswith("<svg") and "no responde" in answer.text
            elif path.startswith(("/g/", "/embed/", "/docs")) or path == "/":
                assert "no responde" in answer.text and "<html" in answer.text
            else:
                assert answer.json()["error"]["code"] == "wrong_method"
                assert "no responde" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path", ["/nope", "/static/nope.js", "/g/a/b", "/embed/a/b", "/img/a/b.svg"]
)
def test_missing_is_told_to_each_reader(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=SPANISH)
    assert answer.status_code == 404 and "No hay nada en" in answer.text
    kind = "image/svg+xml" if path.startswith("/img/") else "text/html; charset=utf-8"
    assert answer.headers["content-type"] == kind


def test_bug_of_ours_is_told_to_each_reader(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*asked: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(pages, "examples", broken)
    monkeypatch.setattr(client.app.state, "bucket", None)  # type: ignore[attr-defined]
    page = client.get("/", headers=SPANISH)
    assert page.status_code == 500 and "Gradreel mismo falló" in page.text and "<html" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    answer = client.post("/api/v1/trace", json=JOB, headers=SPANISH)
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "server_failed"
    assert "a bug" not in page.text + answer.text
