"""A deck of a slide for every step: how long it takes, warm, in the same process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from app.autograd import run
from app.export import How, export, scene_of
from app.protocol import Job

SOURCE = (
    "import torch, torch.nn.functional as F\nx, y = torch.tensor([1.1]), torch.tensor([1.0])\n"
    "w = torch.tensor([2.2], requires_grad=True)\nb = torch.tensor([0.0], requires_grad=True)\n"
    "z = x * w + b\na = torch.sigmoid(z)\nloss = F.binary_cross_entropy(a, y)\nloss.backward()\n"
)
STEPS, ROUNDS, TARGET = 12, 9, 0.7


def rows() -> Iterator[str]:
    """Both kinds of deck."""
    outcome = run(Job(source=SOURCE)).outcome
    assert outcome.graph is not None
    for slides in ("clicks", "morph"):
        how = How(slides=slides, last=STEPS - 1)  # type: ignore[arg-type]
        scene = scene_of(outcome.graph, outcome.autograd, how)
        assert len(scene.steps) == STEPS
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            size = len(export(scene, "pptx"))
            times.append(time.perf_counter() - start)
        middle = statistics.median(times[1:])
        yield (
            f"PPTX, {STEPS} steps, {slides:6} {middle * 1e3:8.1f} ms, {size // 1024} KiB,"
            f" {middle / TARGET:.2f}x the target of {TARGET * 1e3:.0f} ms"
        )
