"""Memory of torch.empty: no number of it is shown before it is written."""

import pytest

from app.explain import run as explained
from app.explanations import Slice
from app.protocol import Job
from tests.autograd.test_weave import graph_of

BUFFER = "z = torch.empty(2, 3)\n"


def shown(graph):
    return [node.outputs[0].value.data for node in graph.nodes if node.name == "z"]


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("z[0] = 1.\nz[1] = 2.\n", [None, None, [[1.0] * 3, [2.0] * 3]]),
        ("torch.mul(torch.ones(2, 3), 3, out=z)\n", [None, [[3.0] * 3] * 2]),
        ("z.fill_(4)\n", [[[4.0] * 3] * 2]),
        ("v = z[0]\nv.fill_(2.)\nz[1].copy_(torch.ones(3))\n", [None]),
    ],
)
def test_only_what_was_written_is_shown(body, values):
    graph = graph_of(BUFFER + body + "w = torch.ones(1, requires_grad=True)\ny = z * w")
    found = shown(graph)
    assert found[: len(values)] == values
    assert graph.nodes[-1].outputs[0].value.norm < 100
    assert "unset" not in [d.code for d in graph.diagnostics]
    text = graph.passes[0].steps[0].text
    assert ("not set yet" in text) == (values[0] is None)


def test_reading_it_is_said():
    graph = graph_of(BUFFER + "z[0] = 1.\ny = z * torch.ones(1, requires_grad=True)")
    (found,) = [d for d in graph.diagnostics if d.code == "unset"]
    assert found.severity == "warning" and found.message.startswith("y read")


def test_viewer_refuses_it():
    run = explained(Job(source="import torch\n" + BUFFER + "z[0] = 1."))
    for node in ("n1", "n2"):
        assert run.answer(Slice(node=node, output=0)).problem.code == "unset"
