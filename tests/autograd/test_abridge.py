"""A run too long to be told whole: what is told of its ends is what is told of them in the whole."""

import pytest

from app.autograd import finish
from app.explain import run
from app.explanations import Card, EdgeCard, NodeCard, OriginOf
from app.graph import Graph
from app.protocol import Job
from app.settings import Settings

LOOP = (
    "import torch\nw = torch.tensor(0.5, requires_grad=True)\nx = torch.tensor(1.0)\n"
    "for _ in range(60):\n    x = torch.tanh(x * w) + 0.25\nx.backward()\n"
)
LIMIT = 40


def told(monkeypatch: pytest.MonkeyPatch, nodes: int):
    monkeypatch.setattr(finish, "settings", lambda: Settings(nodes=nodes))
    explained = run(Job(source=LOOP))
    assert explained.outcome.graph is not None
    return explained, explained.outcome.graph


def numbers(graph: Graph) -> list[object]:
    return [(n.op, [(o.value, o.gradient) for o in n.outputs]) for n in graph.nodes]


def test_ends_are_told_as_in_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, ends = told(monkeypatch, 10_000)[1], told(monkeypatch, LIMIT)[1]
    half = LIMIT // 2
    assert len(ends.nodes) < LIMIT + 5
    assert numbers(ends)[:half] == numbers(whole)[:half]
    assert numbers(ends)[-half:] == numbers(whole)[-half:]


def test_rest_of_a_leaf_is_what_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _, graph = told(monkeypatch, LIMIT)
    w = next(node for node in graph.nodes if node.name == "w")
    (output,) = w.outputs
    sent = [e.contribution.data for e in graph.edges if e.source.node == w.id and e.contribution]
    assert output.gradient is not None and output.rest is not None
    assert output.rest_because == "left_out"
    assert sum(sent) + output.rest.data == pytest.approx(output.gradient.data)


def test_cards_go_on_and_sums_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    explained, graph = told(monkeypatch, LIMIT)
    w = next(node for node in graph.nodes if node.name == "w")
    first = next(e for e in graph.edges if e.source.node == w.id)
    node = explained.answer(NodeCard(node=first.target.node, output=0, element=None))
    edge = explained.answer(EdgeCard(edge=first.id, element=None))
    assert isinstance(node, Card) and isinstance(edge, Card)
    assert not any(line.role == "chain" for line in node.lines)  # it would lead through the middle
    origin = explained.answer(OriginOf(node=w.id, output=0, of="gradient", element=[]))
    assert origin.problem.code == "run_abridged"
