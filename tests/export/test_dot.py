"""The DOT is read back by Graphviz itself, with every text as it was."""

import pygraphviz

from app.export import export
from app.export.dot import quoted
from tests.export.programs import HOSTILE, LOOP, NEURON, scene


def parsed(drawn):
    return pygraphviz.AGraph(string=export(drawn, "dot").decode())


def test_graphviz_reads_every_card_and_edge():
    graph = parsed(scene(NEURON))
    labels = [node.attr["label"].replace("\\ ", " ") for node in graph.nodes()]
    assert "z  +|2.42|∂ −0.08166" in labels
    assert {edge.attr["label"] for edge in graph.edges()} >= {"−1.089", "−0.08166"}


def test_scopes_are_clusters():
    graph = parsed(scene(LOOP))
    (outer,) = graph.subgraphs()
    assert outer.graph_attr["label"] == "year"
    assert {inner.graph_attr["label"] for inner in outer.subgraphs()} == {
        "year[1]",
        "year[2]",
        "year[3]",
    }


def test_hostile_name_adds_nothing():
    drawn = scene(HOSTILE)
    graph = parsed(drawn)
    cards = [mark for mark in drawn.picture.marks if mark.role == "card"]
    assert len(graph.nodes()) == len(cards) and len(graph.edges()) == len(cards) - 1
    graph.layout(prog="dot")
    assert all(node.attr["pos"] for node in graph.nodes())
    (label,) = [node.attr["label"] for node in graph.nodes() if "σ_1" in node.attr["label"]]
    assert label.count("|") - label.count("\\|") == 2  # three fields, whatever the name says


def test_title_is_one_string():
    graph = parsed(scene(NEURON, title='a"];b -> c;\\'))
    assert "b" not in graph.nodes()


def test_quoted_is_safe():
    assert quoted('a"\\&\n\x00') == 'a\\"\\\\&amp;\\n'
