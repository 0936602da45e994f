"""Graphs of any size open with few cards, and nothing is lost."""

import pytest

from app.autograd import run
from app.layout import visible
from app.picture import draw
from app.protocol import Job

LOOP = "import torch\nx = torch.ones(1, requires_grad=True)\nfor i in range(200):\n    x = x * 1.01 + 0.1\nx.backward()\n"
CHAIN = "import torch\nx = torch.ones(1, requires_grad=True)\n" + "x = x * 1.01\n" * 900
NET = """
import torch, torch.nn as nn
net = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 6)
net(torch.randn(1, 4, 8)).pow(2).mean().backward()
"""


def graph_of(source):
    outcome = run(Job(source=source)).outcome
    assert outcome.problem is None
    return outcome.graph


@pytest.mark.parametrize("source", [LOOP, NET])
def test_scopes_fold_to_the_limit(source):
    graph = graph_of(source)
    fold = visible(graph, 60)
    assert len(fold.cards) <= 150
    assert sorted(n for card in fold.cards for n in card.nodes) == sorted(n.id for n in graph.nodes)


def test_long_chain_folds_its_middle():
    fold = visible(graph_of(CHAIN), 60)
    assert len(fold.cards) <= 70
    assert fold.hidden > 800


def test_every_edge_between_cards_is_drawn():
    graph = graph_of(NET)
    fold = visible(graph, 60)
    card_of = {node: card.id for card in fold.cards for node in card.nodes}
    crossing = {e.id for e in graph.edges if card_of[e.source.node] != card_of[e.target.node]}
    assert crossing == {edge for link in fold.links for edge in link.edges}


def test_opened_scope_shows_its_nodes():
    graph = graph_of(LOOP)
    before = visible(graph, 60)
    folded = next(card.folded for card in before.cards if card.folded)
    after = visible(graph, 60, opened=frozenset({folded}))
    assert len(after.cards) > len(before.cards)


def test_abridgement_is_said():
    assert "folded" in draw(graph_of(LOOP)).abridged


def test_small_graph_is_whole():
    graph = graph_of("y = x^2 + 1")
    assert visible(graph, 60).hidden == 0
