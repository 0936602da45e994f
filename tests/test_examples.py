"""Every program of the gallery: runs, agrees with plain torch, and draws."""

import contextlib
import io

import pytest
import torch

from app.autograd import run
from app.picture import draw, state, svg
from app.protocol import Job
from app.web.examples import examples

ALL = examples()


def outcome_of(example):
    return run(Job(source=example.source, language=example.language)).outcome


@pytest.fixture(params=ALL, ids=lambda example: example.id)
def example(request):
    return request.param


def test_gallery_is_complete():
    assert len(ALL) >= 14
    assert all({"en", "es"} <= set(e.title) and {"en", "es"} <= set(e.why) for e in ALL)


def test_example_agrees_with_plain_torch(example):
    outcome = outcome_of(example)
    assert outcome.problem is None
    graph = outcome.graph
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    scope, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(graph.program.code, scope)
    assert "".join(p.text for p in graph.prints) == printed.getvalue()
    last = {b.name: b for b in graph.bindings}
    nodes = {node.id: node for node in graph.nodes}
    compared = 0
    for name, value in scope.items():
        if not isinstance(value, torch.Tensor) or name not in last:
            continue
        output = nodes[last[name].node].outputs[last[name].output]
        assert output.value.data == value.tolist(), name
        if value.is_leaf and value.grad is not None:
            assert output.gradient.data == value.grad.tolist(), name
        compared += 1
    assert compared


def test_contributions_sum_to_the_gradient(example):
    graph = outcome_of(example).graph
    nodes = {node.id: node for node in graph.nodes}
    sums = {}
    for edge in graph.edges:
        if edge.contribution is not None:
            key = (edge.source.node, edge.source.output)
            part = torch.tensor(edge.contribution.data, dtype=torch.float64)
            sums[key] = sums.get(key, 0) + part
    assert sums
    for (node, output), total in sums.items():
        gradient = nodes[node].outputs[output].gradient
        expected = torch.tensor(gradient.data, dtype=torch.float64)
        torch.testing.assert_close(total, expected, rtol=1e-5, atol=1e-7)


def test_example_draws_and_plays(example):
    graph = outcome_of(example).graph
    picture = draw(graph)
    assert len(picture.steps) == 1 + sum(len(p.steps) for p in graph.passes)
    final = state(picture, -1)
    assert all(s.phase != "waiting" for key, s in final.items() if key.endswith(".card"))
    assert svg(picture).startswith("<svg")


def test_neuron_formula_has_the_textbook_gradients():
    graph = outcome_of(next(e for e in ALL if e.id == "02_neuron_formula")).graph
    found = {n.name: n.outputs[0].gradient for n in graph.nodes if n.name in ("w", "b")}
    assert found["w"].data == pytest.approx(-0.0898, abs=5e-5)
    assert found["b"].data == pytest.approx(-0.0817, abs=5e-5)
