"""Sketches of programs that still run: what they show, and that the programs never notice."""

from __future__ import annotations

import gc
import time
import weakref

import msgspec
import pytest

from app.autograd import pulse, run, sketch
from app.protocol import Job, Options, Progress, Sketch
from app.sandbox.sound import check

#: in-place writes to views, random ops, hooks, retained and repeated backwards, an optimizer
PROGRAMS = {
    "views": "z = torch.randn(3, 4, requires_grad=True) * 2\nw = z[1:]\nw.mul_(3.0)\nv = z.view(-1)\n"
    "z[0] = 1.0\nu = v * 2\nloss = (u.sum() + w.sum()) ** 2\nloss.backward()",
    "random": "x = torch.randn(40, 40, requires_grad=True)\nd = nn.Dropout(0.5)\n"
    "for k in range(5): x2 = d(x) * torch.rand(40, 40)\nloss = x2.sum() * torch.rand(1)[0]\nloss.backward()\nafter = torch.rand(3)",
    "training": "net = nn.Sequential(nn.Linear(4, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Linear(30, 1))\n"
    "opt = torch.optim.Adam(net.parameters(), lr=0.1)\nx = torch.randn(16, 4)\nfor k in range(4):\n"
    "    opt.zero_grad()\n    loss = net(x).pow(2).mean()\n    loss.backward()\n    opt.step()",
    "twice": "x = torch.randn(5, requires_grad=True)\ny = (x * x).sum()\ny.backward(retain_graph=True)\n"
    "y.backward()\nz = (x ** 3).sum()\n(g,) = torch.autograd.grad(z, x, create_graph=True)\ng.sum().backward()",
    "hooked": "x = torch.randn(5, requires_grad=True)\ny = x * 2\ny.register_hook(lambda g: g * 3)\n"
    "y.retain_grad()\nloss = (y.exp() * y).sum()\nloss.backward()\nseen = y.grad",
    "buffers": "x = torch.randn(100, requires_grad=True)\nb = torch.zeros(100)\nfor k in range(6): b = b + x * k\n"
    "b.add_(1.0)\nb.div_(2.0)\nloss = b.norm()\nloss.backward()",
}
HEAD = "import torch\nimport torch.nn as nn\n"
SLOW = HEAD + "import time\nx = torch.tensor(2.0, requires_grad=True)\ny = x\nfor k in range(24):\n"


@pytest.fixture
def eager(monkeypatch):
    """A sketch at every beat that has something new."""
    monkeypatch.setattr(pulse, "FIRST_S", 0.0)
    monkeypatch.setattr(pulse, "PERIOD_S", -1.0)
    monkeypatch.setattr(pulse, "SHARE", 1e9)
    monkeypatch.setattr(pulse, "FEWEST", 1)


def traced(source):
    said = []
    finished = run(Job(source=HEAD + source, options=Options(seed=3)), said.append)
    assert finished.outcome.problem is None
    graph = finished.outcome.graph
    untimed = msgspec.structs.replace(graph.run, timings_ms={})
    return msgspec.structs.replace(graph, run=untimed), [s for s in said if isinstance(s, Sketch)]


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_sketched_run_is_bit_for_bit_the_same(source, request, monkeypatch):
    monkeypatch.setattr(pulse, "FIRST_S", 1e9)
    plain, none = traced(source)
    request.getfixturevalue("eager")
    watched, sketches = traced(source)
    assert none == [] and sketches
    assert watched == plain
    for one in sketches:
        assert check(one) is one


def test_sketch_is_the_beginning_of_the_graph(eager):
    whole, sketches = traced(PROGRAMS["buffers"])
    ids = {node.id: node.op for node in whole.nodes}
    last = sketches[-1].graph
    assert len(last.nodes) > 10
    assert [ids[node.id] for node in last.nodes] == [node.op for node in last.nodes]
    assert last.root is None and last.diagnostics == []


def test_missing_gradient_may_still_come(eager):
    _, sketches = traced(PROGRAMS["hooked"])
    reasons = {o.no_gradient for n in sketches[-1].graph.nodes for o in n.outputs}
    assert reasons == {"running"}


def test_large_tensors_are_not_read(eager):
    _, sketches = traced(PROGRAMS["buffers"])
    values = [o.value for n in sketches[-1].graph.nodes for o in n.outputs if o.value.numel == 100]
    assert values and all(v.norm is None and v.data is None for v in values)


def test_slow_backward_is_sketched_before_its_end(monkeypatch):
    monkeypatch.setattr(pulse, "FIRST_S", 0.25)
    source = SLOW.replace("2.0,", "[2.0] * 100,") + (
        "    y = y.sin()\ny.register_hook(lambda g: time.sleep(1.2))\nh = y * 1.5\n"
        "h.register_hook(lambda g: time.sleep(0.4))\nh.sum().backward()"
    )
    said = []
    start = time.monotonic()
    finished = run(Job(source=source), lambda m: said.append((time.monotonic() - start, m)))
    total = time.monotonic() - start
    sketches = [(at, m) for at, m in said if isinstance(m, Sketch)]
    assert finished.outcome.problem is None and sketches
    assert sketches[0][0] < total - 0.3
    assert len(sketches) <= 3
    counted = [m for _, m in said if isinstance(m, Progress) and m.stage == "backward"]
    assert counted and counted[-1].total == 27


def test_sketches_take_their_share_only(monkeypatch):
    """Twice in a row less than the share of the time run, whatever the machine does beside."""
    spent, made = [], pulse.Pulse.sketch

    def noted(self, now):
        made(self, now)
        spent.append(self.spent / (time.monotonic() - self.start))

    monkeypatch.setattr(pulse.Pulse, "sketch", noted)
    source = SLOW + "    for j in range(300): y = y.sin()\n    time.sleep(0.08)\n"
    run(Job(source=source), lambda _: None)
    assert spent and min(spent) < 2 * pulse.SHARE


def test_nothing_of_a_sketch_stays(eager, monkeypatch):
    kept = []

    class Noted(sketch.Weaver):
        def __init__(self, *args):
            super().__init__(*args)
            kept.append(weakref.ref(self))

    monkeypatch.setattr(sketch, "Weaver", Noted)
    gc.disable()
    try:
        traced(PROGRAMS["training"])
        alive = [ref for ref in kept if ref() is not None]
    finally:
        gc.enable()
    assert len(kept) > 3 and alive == []


def test_faults_in_a_sketch_are_not_the_programs(eager, monkeypatch):
    def broken(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(sketch, "_woven", broken)
    graph, sketches = traced(PROGRAMS["views"])
    assert graph.nodes and sketches == []
