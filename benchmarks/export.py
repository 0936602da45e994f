"""A training step in; the time each kind of file of it takes, out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from app.autograd import run
from app.export import FORMATS, How, Scene, export, scene_of
from app.export.film import film
from app.export.formats import silent
from app.protocol import Job

SOURCE = (
    "import torch, torch.nn as nn\ntorch.manual_seed(0)\n"
    "net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))\n"
    "x, y = torch.randn(2, 3), torch.randn(2, 1)\nloss = nn.functional.mse_loss(net(x), y)\n"
    "loss.backward()\n"
)
#: seconds a file may take, warm, at 1280 × 720
TARGETS = {"svg": 0.03, "png": 0.15, "pdf": 0.15, "gif": 2.5, "apng": 2.5, "webp": 2.5}
ROUNDS = {"svg": 20, "png": 20, "pdf": 20}


def scene(**how: object) -> Scene:
    """A slide of the program, its films about 20 frames long."""
    outcome = run(Job(source=SOURCE)).outcome
    assert outcome.graph is not None
    chosen = {"crop": "frame", "title": "One training step", "first": 10, "last": 12, **how}
    return scene_of(outcome.graph, outcome.autograd, How(**chosen))  # type: ignore[arg-type]


def rows() -> Iterator[str]:
    """Median seconds of each format; films are told with their different frames."""
    one = scene()
    yield f"{len(one.picture.marks)} marks, 1280 × 720, three steps of a film"
    drawn = len(list(film(one, 12.5, silent)))
    for suffix in ("svg", "png", "pdf", "gif", "apng", "webp", "mp4", "webm", "motion.svg"):
        if suffix not in FORMATS:
            continue
        export(one, suffix)  # warm
        times = []
        for _ in range(ROUNDS.get(suffix, 3)):
            start = time.perf_counter()
            content = export(one, suffix)
            times.append(time.perf_counter() - start)
        target = f" (target ≤ {TARGETS[suffix] * 1e3:,.0f} ms)" if suffix in TARGETS else ""
        frames = f", {drawn} frames" if suffix == "gif" else ""
        middle = statistics.median(times)
        yield f"{suffix:<11}{middle * 1e3:8.1f} ms {len(content) / 1e3:8.1f} kB{frames}{target}"
