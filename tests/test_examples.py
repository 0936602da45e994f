"""Every program of the gallery: runs, agrees with plain torch, and draws."""

import ast
import contextlib
import io

import pytest
import torch

from app.assets import examples_dir
from app.picture import draw, state, svg
from app.program import read
from app.protocol import Job
from app.web.examples import examples
from tests.gallery import outcome_of

ALL = examples()


@pytest.fixture(params=ALL, ids=lambda example: example.id)
def example(request):
    return request.param


def test_gallery_is_complete():
    assert len(ALL) >= 14
    assert all({"en", "es"} <= set(e.title) and {"en", "es"} <= set(e.why) for e in ALL)


def is_global(binding, program, nodes):
    """Whether a variable is the program's own and not that of a function of it. What a network's
    functions bind is told by the scope: its spans lie in the line it was written from."""
    if program.language in ("math", "latex"):
        return True
    if program.language == "network":
        return nodes[binding.node].scope is None
    functions = [n for n in ast.walk(ast.parse(program.code)) if isinstance(n, ast.FunctionDef)]
    return not any(f.lineno <= binding.span.line <= f.end_lineno for f in functions)


def assert_same(told, tensor, name):
    """Element by element where all are told, else by their statistics."""
    assert told.numel == tensor.numel(), name
    if told.data is not None:
        assert told.data == tensor.tolist(), name
    elif not told.approximate:
        assert told.norm == pytest.approx(float(tensor.double().norm()), rel=1e-6), name
        assert told.min == float(tensor.min()), name


def test_example_agrees_with_plain_torch(example):
    outcome = outcome_of(example.id)
    assert outcome.problem is None
    graph = outcome.graph
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    scope, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(graph.program.code, scope)
    assert "".join(p.text for p in graph.prints) == printed.getvalue()
    nodes = {node.id: node for node in graph.nodes}
    last = {b.name: b for b in graph.bindings if is_global(b, graph.program, nodes)}
    compared = 0
    for name, value in scope.items():
        if not isinstance(value, torch.Tensor) or name not in last:
            continue
        output = nodes[last[name].node].outputs[last[name].output]
        assert_same(output.value, value, name)
        if value.is_leaf and value.grad is not None:
            assert_same(output.gradient, value.grad, name)
        compared += 1
    assert compared


def test_contributions_sum_to_the_gradient(example):
    graph = outcome_of(example.id).graph
    nodes = {node.id: node for node in graph.nodes}
    sums = {}
    for edge in graph.edges:
        if edge.contribution is not None and edge.contribution.data is not None:
            key = (edge.source.node, edge.source.output)
            part = torch.tensor(edge.contribution.data, dtype=torch.float64)
            sums[key] = sums.get(key, 0) + part
    if not sums:
        pytest.skip("no gradient small enough to be told in full: tests/exactness/test_networks.py")
    for (node, output), total in sums.items():
        gradient = nodes[node].outputs[output].gradient
        expected = torch.tensor(gradient.data, dtype=torch.float64)
        torch.testing.assert_close(total, expected, rtol=1e-5, atol=1e-7)


def test_example_draws_and_plays(example):
    graph = outcome_of(example.id).graph
    picture = draw(graph)
    taken = sum(len(p.steps) for p in graph.passes)
    assert len(picture.steps) == 1 + taken or (picture.abridged and len(picture.steps) <= taken)
    assert {s.pass_index for s in picture.steps[1:]} == set(range(len(graph.passes)))
    final = state(picture, -1)
    assert all(s.phase != "waiting" for key, s in final.items() if key.endswith(".card"))
    assert svg(picture).startswith("<svg")


def test_neuron_formula_has_the_textbook_gradients():
    graph = outcome_of("02_neuron_formula").graph
    found = {n.name: n.outputs[0].gradient for n in graph.nodes if n.name in ("w", "b")}
    assert found["w"].data == pytest.approx(-0.0898, abs=5e-5)
    assert found["b"].data == pytest.approx(-0.0817, abs=5e-5)


def test_file_as_it_stands_is_read(example):
    """Its comments at the top included, as somebody pastes it or gives it to the command line."""
    (path,) = examples_dir().glob(f"{example.id}.*")
    assert read(Job(source=path.read_text("utf-8"))).language == example.language
