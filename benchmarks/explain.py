"""A run of a thousand nodes in; the time of one card, one origin and one derivation line, out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from app.explain import run
from app.explanations import EdgeCard, NodeCard, OriginOf, Unanswered
from app.protocol import Job

SOURCE = (
    "import torch\nx = torch.linspace(0.1, 1, 8).requires_grad_()\nw = torch.randn(8, 8)\nh = x\n"
    "for i in range(250):\n    h = torch.tanh(h @ w + x * 0.5)\nloss = h.sum()\nloss.backward()\n"
)
ROUNDS = 60


def bare() -> float:
    """Seconds torch itself takes for the program's forward and backward."""
    start = time.perf_counter()
    exec(SOURCE, {})
    return time.perf_counter() - start


def rows() -> Iterator[str]:
    """Median and worst of many warm answers, and the program they explain."""
    explained = run(Job(source=SOURCE))
    graph = explained.outcome.graph
    assert graph is not None
    edges = [e for e in graph.edges if e.contribution is not None]
    ops = [n for n in graph.nodes if n.kind == "op" and n.outputs[0].shape]
    theirs = statistics.median(bare() for _ in range(5))
    yield f"{len(graph.nodes):,} nodes; torch alone runs the program in {theirs * 1e3:.1f} ms"
    shapes = {n.id: [t.shape for t in n.outputs] for n in graph.nodes}
    whole = [e for e in edges if shapes[e.source.node][e.source.output] == [8]]
    questions = {
        "edge card": [EdgeCard(edge=e.id, element=None) for e in edges],
        "edge card, one element": [EdgeCard(edge=e.id, element=[3]) for e in whole],
        "node card": [NodeCard(node=n.id, output=0, element=None) for n in ops],
        "origin of an element": [
            OriginOf(node=n.id, output=0, of="value", element=[3]) for n in ops
        ],
    }
    for name, asked in questions.items():
        stride = max(1, len(asked) // ROUNDS)
        explained.answer(asked[0])  # warm
        times = []
        for question in asked[::stride][:ROUNDS]:
            start = time.perf_counter()
            answer = explained.answer(question)
            assert not isinstance(answer, Unanswered), answer.problem
            times.append(time.perf_counter() - start)
        middle, worst = statistics.median(times), max(times)
        yield (
            f"{name:<24} {middle * 1e3:7.2f} ms, worst {worst * 1e3:6.1f} ms"
            f"   {middle / theirs:.3f}× the program (target ≤ 50 ms)"
        )
