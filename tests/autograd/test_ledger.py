"""What .grad held besides what backward summed: every change is told, with who made it."""

import pytest

from app.autograd import run
from app.protocol import Job

START = """import torch
w = torch.tensor([3.0, 4.0], requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
(w * w).sum().backward()
"""


def graph_of(source):
    outcome = run(Job(source=source)).outcome
    assert outcome.problem is None, outcome.problem
    return outcome.graph


def steps_of(graph, op):
    nodes = {node.id: node for node in graph.nodes}
    return [
        s for p in graph.passes if p.kind == "update" for s in p.steps if nodes[s.node].op == op
    ]


def test_clipping_is_a_step_of_its_own():
    graph = graph_of(START + "total = torch.nn.utils.clip_grad_norm_([w], 1.0)\nopt.step()\n")
    (clip,), (update,) = steps_of(graph, "clip_grad_norm_"), steps_of(graph, "SGD.step")
    assert clip.gradients[0].data == [6.0, 8.0]
    assert "10" in clip.text and "multiplied by 0.1" in clip.text
    assert update.gradients[0].data == pytest.approx([0.6, 0.8], rel=1e-5)
    w, total = graph.nodes[0].outputs[0], next(n for n in graph.nodes if n.name == "total")
    assert total.outputs[0].value.data == 10.0
    assert w.gradient.data == [6.0, 8.0]
    assert w.held.value.data == update.gradients[0].data
    assert (w.held.by, w.held.span.line, w.held.update) == ("clip_grad_norm_", 5, update.node)
    assert "gradient_changed" in [d.code for d in graph.diagnostics]


def test_clipping_within_the_limit_changes_nothing():
    graph = graph_of(START + "torch.nn.utils.clip_grad_norm_([w], 99)\nopt.step()\n")
    assert "stay" in steps_of(graph, "clip_grad_norm_")[0].text
    assert graph.nodes[0].outputs[0].held is None


@pytest.mark.parametrize(
    ("edit", "by", "now"),
    [
        ("w.grad *= 0.5", "mul_", [3.0, 4.0]),
        ("w.grad.zero_()", "zero_", [0.0, 0.0]),
        ("w.grad = torch.ones(2)", "=", [1.0, 1.0]),
        ("w.grad = None", "=", None),
        ("opt.zero_grad()", "zero_grad", None),
        ("torch.nn.utils.clip_grad_value_(w, 7)", "clip_grad_value_", [6.0, 7.0]),
    ],
)
def test_every_edit_of_grad_is_told(edit, by, now):
    w = graph_of(START + edit + "\n").nodes[0].outputs[0]
    assert w.gradient.data == [6.0, 8.0]
    assert (w.held.by, w.held.span.line) == (by, 5)
    assert (w.held.value.data if w.held.value else None) == now


def test_hook_that_edits_grad_is_told():
    graph = graph_of(
        "import torch\nsmall = torch.ones(2, requires_grad=True)\n"
        "big = torch.ones(100, requires_grad=True)\ndef wipe(p): p.grad.zero_()\n"
        "for p in (small, big): p.register_post_accumulate_grad_hook(wipe)\n"
        "((small ** 2).sum() + (big ** 2).sum()).backward()\n"
    )
    small, big = (node.outputs[0] for node in graph.nodes[:2])
    assert (small.gradient.data, small.held.value.data) == ([2.0, 2.0], [0.0, 0.0])
    assert (big.gradient.min, big.held.value.max, big.rest) == (2.0, 0.0, None)
    assert small.held.by == "register_post_accumulate_grad_hook"


def test_big_gradients_are_shown_as_backward_left_them():
    graph = graph_of(
        "import torch\nw = torch.ones(100, requires_grad=True)\n(w * w).sum().backward()\n"
        "w.grad.mul_(0.5)\n"
    )
    w = graph.nodes[0].outputs[0]
    assert (w.gradient.max, w.held.value.max) == (2.0, 1.0)


def test_gradient_that_piles_up_names_what_was_there():
    graph = graph_of(
        "import torch\nw = torch.tensor(2.0, requires_grad=True)\n"
        "for i in range(2):\n    (w * 3).backward()\n    with torch.no_grad():\n        w -= w.grad\n"
    )
    later = next(n for n in graph.nodes if n.op == "sub_").outputs[0]
    assert (later.gradient.data, later.carried.data, later.rest) == (6.0, 3.0, None)
    assert any("held 3 before and is 6 now" in s.text for p in graph.passes for s in p.steps)
    reads = [n.outputs[0].value.data for n in graph.nodes if n.name == "w.grad"]
    assert reads == [3.0, 6.0]


def test_new_memory_is_a_new_value():
    graph = graph_of(
        "import torch\nw = torch.ones(100, requires_grad=True)\nbig = torch.ones(2)\n(w * 2).sum().backward()\n"
        "w.data = w.data - w.grad\ny = w + 1\n"
    )
    values = [n.outputs[0].value.mean for n in graph.nodes if n.name == "w"]
    assert values == [1.0, -1.0]
