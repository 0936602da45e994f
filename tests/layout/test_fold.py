"""Graphs of any size open with few cards, and nothing is lost."""

import pytest

from app.autograd import run
from app.layout import all_below, visible
from app.layout.fold import SPAN
from app.layout.span import span_of
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


def test_equal_siblings_are_one_card():
    graph = graph_of(LOOP)
    fold = visible(graph, 20)
    (card,) = [card for card in fold.cards if card.count > 1]
    assert card.count == 200 or card.count == 199
    parts = visible(graph, 20, opened=frozenset({card.id}))
    assert [c.count for c in parts.cards if c.folded] == [10] * (card.count // 10) + (
        [card.count % 10] if card.count % 10 else []
    )
    assert card.id in parts.scopes


def test_opened_group_and_member_stay_open():
    graph = graph_of(NET)
    group = next(card.id for card in visible(graph, 10).cards if card.count > 1)
    members = [c.id for c in visible(graph, 10, opened=frozenset({group})).cards if c.folded]
    inner = visible(graph, 10, opened=frozenset({group, members[2]}))
    assert {members[0], members[1], members[3]} <= {card.id for card in inner.cards}
    assert members[2] not in {card.id for card in inner.cards}


def test_all_below_opens_to_the_limit():
    graph = graph_of(NET)
    assert (
        visible(graph, 10, opened=frozenset(all_below(graph, None, frozenset(), 400))).hidden == 0
    )
    few = visible(graph, 10, opened=frozenset(all_below(graph, None, frozenset(), 40)))
    assert few.hidden and len(few.cards) <= 40


@pytest.mark.parametrize("between, count", [("", 3), ("x = torch.relu(x)", 1)])
def test_siblings_with_ops_between_them_stay_apart(between, count):
    source = "import torch, torch.nn as nn\nnets = [nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(3)]\nx = torch.ones(1, 4)\n"
    source += "".join(f"x = nets[{k}](x)\n{between}\n" for k in range(3)) + "x.sum().backward()\n"
    fold = visible(graph_of(source), 3)
    assert max(card.count for card in fold.cards) == count


def unrolled(times):
    lines = "\n".join("x = torch.tanh(x * w + b) + 0.001" for _ in range(times))
    names = "w, b, x = (torch.tensor(v, requires_grad=True) for v in (0.5, 0.1, 1.0))"
    return graph_of(f"import torch\n{names}\n{lines}\nx.backward()")


def test_links_that_reach_too_far_fold_the_middle():
    graph = unrolled(36)
    fold = visible(graph, 60)
    ends = [(link.source, link.target) for link in fold.links]
    assert span_of([card.id for card in fold.cards], ends) <= SPAN
    assert [card.id for card in fold.cards if card.folded] == ["rest"]
    nodes = [node for card in fold.cards for node in card.nodes]
    assert sorted(nodes) == sorted(node.id for node in graph.nodes)
    ends = [card.id for card in fold.cards if not card.folded]
    order = [node.id for node in graph.nodes]
    half = len(ends) // 2
    assert ends == order[:half] + order[half - len(ends) :]


def test_a_short_program_is_drawn_whole_however_often_it_reads_a_leaf():
    graph = unrolled(12)
    fold = visible(graph, 60)
    assert len(fold.cards) == len(graph.nodes) and not fold.hidden
