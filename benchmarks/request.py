"""From request to picture: a warm pool against torchviz and `dot -Tsvg`, in the same run."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from collections.abc import Iterator

from app.picture import draw, svg
from app.protocol import Job
from app.sandbox import Pool
from app.settings import Settings

SOURCE = (
    "import torch, torch.nn.functional as F\nx, y = torch.tensor([1.1]), torch.tensor([1.0])\n"
    "w = torch.tensor([2.2], requires_grad=True)\nb = torch.tensor([0.0], requires_grad=True)\n"
    "z = x * w + b\na = torch.sigmoid(z)\nloss = F.binary_cross_entropy(a, y)\nloss.backward()\n"
)
ROUNDS = 40


def torchviz() -> float:
    """Seconds: run the program bare, make_dot, render with the dot program."""
    from torchviz import make_dot

    start = time.perf_counter()
    scope: dict[str, object] = {}
    exec(SOURCE, scope)
    make_dot(scope["loss"], params={"w": scope["w"], "b": scope["b"]}).pipe("svg")
    return time.perf_counter() - start


async def ours() -> list[float]:
    """Seconds per request: confined run, Graph, layout, SVG."""
    pool = Pool(Settings())
    await pool.start()
    times = []
    for _ in range(ROUNDS):
        await asyncio.sleep(0.08)  # let the next spare get ready, as between a person's runs
        start = time.perf_counter()
        outcome = await pool.run(Job(source=SOURCE))
        assert outcome.graph is not None
        svg(draw(outcome.graph))
        times.append(time.perf_counter() - start)
    await pool.close()
    return times


def rows() -> Iterator[str]:
    """Ours, theirs, and how they compare."""
    mine = statistics.median(asyncio.run(ours()))
    yield f"Gradreel, request → Graph + layout + SVG   {mine * 1e3:8.1f} ms"
    if shutil.which("dot") is None:
        yield "torchviz: the `dot` program is not installed, so there is nothing to compare with"
        return
    torchviz()
    theirs = statistics.median(torchviz() for _ in range(ROUNDS))
    yield f"torchviz make_dot + dot -Tsvg              {theirs * 1e3:8.1f} ms"
    yield f"Gradreel takes {mine / theirs:.2f}× torchviz's time (target < 1)"
