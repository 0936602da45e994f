"""Images by address over a real server: first time, warm, known, and by a whole crowd at once."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from app.settings import Settings
from app.store.code import Saved, encode
from app.web import create_app
from benchmarks.request import SOURCE

ROUNDS = 200
CROWD = 40
CODE = encode(Saved(v=1, source=SOURCE))


def get(connection: http.client.HTTPConnection, path: str, tag: str = "") -> tuple[float, int, str]:
    """Seconds, status and tag of one request."""
    start = time.perf_counter()
    connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
    response = connection.getresponse()
    response.read()
    return time.perf_counter() - start, response.status, response.headers["ETag"]


def served(folder: str) -> tuple[uvicorn.Server, int]:
    """A server in a thread of its own, ready."""
    limits = Settings(data_dir=folder, cache_dir=f"{folder}/cache", requests_per_minute=100_000)
    config = uvicorn.Config(create_app(limits), port=0, log_level="warning")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return server, port


def crowd(port: int) -> float:
    """Seconds until everybody has a picture nobody had asked for before."""

    def one(_: int) -> None:
        assert (
            get(http.client.HTTPConnection("127.0.0.1", port), f"/img/{CODE}.png?step=3")[1] == 200
        )

    start = time.perf_counter()
    with ThreadPoolExecutor(CROWD) as people:
        list(people.map(one, range(CROWD)))
    return time.perf_counter() - start


def rows() -> Iterator[str]:
    """Milliseconds, medians of many."""
    with tempfile.TemporaryDirectory() as folder:
        server, port = served(folder)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for suffix in ("svg", "png"):
            path = f"/img/{CODE}.{suffix}"
            first, status, tag = get(connection, path)
            assert status == 200
            warm = statistics.median(get(connection, path)[0] for _ in range(ROUNDS))
            known = statistics.median(get(connection, path, tag)[0] for _ in range(ROUNDS))
            yield f"{suffix}: first {first * 1e3:8.1f} ms (run, draw)"
            yield f"{suffix}: warm  {warm * 1e3:8.2f} ms (target <= 5)"
            yield f"{suffix}: 304   {known * 1e3:8.2f} ms"
        alone, _, _ = get(connection, f"/img/{CODE}.png?step=2")
        together = crowd(port)
        yield f"{CROWD} people ask for one new picture: {together / alone:.1f}× the time of one"
        server.should_exit = True
        time.sleep(1)
