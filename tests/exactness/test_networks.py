"""Whole networks: every parameter's gradient is plain torch's, bit for bit, and they open folded."""

import asyncio
import contextlib

import pytest
import torch
from torch import nn

from app.autograd import run
from app.autograd.engine import Small
from app.autograd.flows import as_tensor
from app.autograd.values import Reader, one_thread
from app.layout import visible
from app.picture.cards import PAD, faces_of
from app.picture.measure import width
from app.protocol import Job
from app.sandbox import Pool
from app.settings import Settings, settings
from benchmarks.programs import programs

NETWORKS = programs(is_wide=False)
#: what may be left out of a run of 100,000 ops
ABRIDGED = {"many"}


def leaves_of(variables):
    """name → every parameter and leaf a program's variables hold."""
    found = {}
    for name, value in variables.items():
        if isinstance(value, nn.Module):
            found |= dict(value.named_parameters(name))
        elif isinstance(value, torch.Tensor) and value.is_leaf and value.requires_grad:
            found[name] = value
    return found


def plain(code, seed=0):
    """The leaves of a program run without us."""
    torch.manual_seed(seed)
    variables = {"__name__": "__main__"}
    exec(compile(code, "<plain>", "exec"), variables)
    return leaves_of(variables)


@contextlib.contextmanager
def threads(count):
    """The same number of threads on both sides: sums are split by it."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    """(program, what a recorded run came to, the leaves of a plain one)."""
    program = NETWORKS[request.param]
    with threads(settings().torch_threads):
        finished = run(program.job)
        assert finished.outcome.problem is None
        yield program, finished, plain(program.code)


def test_gradients_are_bit_identical(network):
    _, finished, expected = network
    found = leaves_of(finished.assembly.weaver.naming.variables)
    assert found.keys() == expected.keys() and found
    for name, leaf in expected.items():
        assert torch.equal(found[name], leaf), name
        assert (found[name].grad is None) == (leaf.grad is None), name
        assert leaf.grad is None or torch.equal(found[name].grad, leaf.grad), name


def test_contributions_at_fan_in_sum_to_the_gradient(network):
    _, finished, _ = network
    flows, drafts = finished.assembly.flows, finished.assembly.weaver.drafts
    compared = 0
    for place, edges in flows.uses.items():
        parts = [c for edge in edges for c in edge.contributions if c is not None]
        gradient = flows.gradients.get(place)
        if not parts or gradient is None or drafts[place[0]].is_update:
            continue
        if len(parts) > 10 and isinstance(gradient, Small):
            parts = [torch.tensor([p.content for p in parts], dtype=torch.float64).sum(0)]
        else:
            parts = [as_tensor(part).double() for part in parts]
        total, expected = sum(parts), as_tensor(gradient).double()
        assert (total - expected).norm() <= 1e-5 * expected.norm() + 1e-7, place
        compared += 1
    assert compared


def test_parameters_tell_their_gradients(network):
    program, finished, expected = network
    graph = finished.outcome.graph
    told = {n.name: n.outputs[0] for n in graph.nodes if n.kind == "parameter"}
    reader = Reader()
    for name, leaf in expected.items():
        if program.name in ABRIDGED and name not in told:
            continue
        assert told[name].shape == list(leaf.shape)
        with one_thread():
            value = reader.value_of(leaf.grad)
        assert (told[name].gradient.norm, told[name].gradient.zero) == (value.norm, value.zero)


def test_network_opens_folded(network):
    program, finished, _ = network
    graph = finished.outcome.graph
    fold = visible(graph, settings().visible_nodes)
    assert len(fold.cards) <= 150
    assert sorted(n for c in fold.cards for n in c.nodes) == sorted(n.id for n in graph.nodes)
    for face in faces_of(graph, fold, "en").values():
        assert face.title.strip()
        texts = ((face.title, 14, True), (face.value, 15, False), (face.gradient, 13, False))
        assert all(width(*text) <= face.width - 2 * PAD + 0.5 for text in texts)
    is_said = any(d.code == "left_out" for d in graph.diagnostics)
    assert is_said == (program.name in ABRIDGED)


def test_confined_worker_gives_the_same_gradients():
    with threads(settings().torch_threads):
        expected = {name: plain(p.code) for name, p in NETWORKS.items() if name != "gpt"}

    async def outcomes():
        pool = Pool(Settings(deadline_s=60, spare_workers=1))
        await pool.start()
        try:
            return {name: await pool.run(NETWORKS[name].job) for name in expected}
        finally:
            await pool.close()

    for name, outcome in asyncio.run(outcomes()).items():
        assert outcome.problem is None, name
        told = {n.name: n.outputs[0] for n in outcome.graph.nodes if n.kind == "parameter"}
        for path, leaf in expected[name].items():
            with one_thread():
                value = Reader().value_of(leaf.grad)
            assert told[path].gradient.norm == value.norm, (name, path)


HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
PARTS = f"""{HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(4, 4)
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.named = nn.ModuleDict({{"a": nn.Linear(4, 4), "b": nn.ReLU()}})
        self.tail = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        self.unused = nn.Linear(4, 4)
        self.embed = nn.Embedding(7, 4)
        self.out = nn.Linear(4, 7, bias=False)
        self.out.weight = self.embed.weight
        self.lone = nn.Linear(4, 4)

    def forward(self, ids):
        x = self.embed(ids)
        x = self.shared(self.shared(x))
        for layer in self.layers:
            x = layer(x)
        x = self.named["b"](self.named["a"](x))
        x = F.linear(x, self.lone.weight, self.lone.bias)
        return self.out(self.tail(x))

net = Net()
ids = torch.tensor([1, 2, 3])
loss = F.cross_entropy(net(ids), ids)
loss.backward()
"""


@pytest.fixture(scope="module")
def parts():
    """(graph, name → parameter node, node id → op nodes that read it)."""
    graph = run(Job(source=PARTS)).outcome.graph
    ops = {node.id: node for node in graph.nodes}
    readers = {}
    for edge in graph.edges:
        readers.setdefault(edge.source.node, []).append(ops[edge.target.node])
    return graph, {n.name: n for n in graph.nodes if n.kind == "parameter"}, readers


def test_tied_weight_is_one_parameter_with_two_uses(parts):
    _, parameters, readers = parts
    assert "net.out.weight" not in parameters
    assert {n.op for n in readers[parameters["net.embed.weight"].id]} == {"embedding", "linear"}


def test_module_called_twice_is_two_scopes_of_one_parameter(parts):
    graph, parameters, readers = parts
    calls = [scope.id for scope in graph.scopes if scope.path == "net.shared"]
    assert len(calls) == 2
    assert [n.scope for n in readers[parameters["net.shared.weight"].id]] == calls


@pytest.mark.parametrize(
    "name, path",
    [
        ("net.layers.1.weight", "net.layers.1"),
        ("net.named.a.weight", "net.named.a"),
        ("net.tail.0.weight", "net.tail.0"),
        ("net.lone.weight", "net"),
    ],
)
def test_scopes_are_module_paths(parts, name, path):
    graph, parameters, _ = parts
    scopes = {scope.id: scope for scope in graph.scopes}
    assert scopes[parameters[name].scope].path == path


def test_unused_parameter_is_listed_without_gradient(parts):
    _, parameters, readers = parts
    node = parameters["net.unused.weight"]
    assert node.id not in readers
    assert node.outputs[0].gradient is None and node.outputs[0].no_gradient == "unreachable"


@pytest.mark.parametrize("size", [3, 100])
def test_contributions_add_up_over_two_passes(size):
    source = f"""{HEAD}
ws = [torch.randn({size}, requires_grad=True) for _ in range(6)]
x = torch.randn({size})
loss = sum((w * x * (i + 1)).sum() for i, w in enumerate(ws))
loss.backward(retain_graph=True)
loss.backward()
"""
    graph = run(Job(source=source)).outcome.graph
    nodes = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        source = nodes[edge.source.node]
        if source.kind == "parameter":
            assert edge.contribution.norm == source.outputs[0].gradient.norm


def test_statistics_leave_the_threads_as_they_were(monkeypatch):
    counts = []
    monkeypatch.setattr(Reader, "value_of", lambda self, t: counts.append(torch.get_num_threads()))
    with threads(2):
        run(Job(source="import torch\nx = torch.randn(100, requires_grad=True)\ny = (x * x).sum()"))
        assert set(counts) == {1} and torch.get_num_threads() == 2


def test_elements_of_long_runs_wait_to_be_asked_for():
    source = "import torch\nx = torch.ones(8, requires_grad=True)\ny = x\nfor i in range(N):\n    y = y * 1.01\ny.sum().backward()\n"
    for count, told in ((100, [1.0] * 8), (3000, None)):
        graph = run(Job(source=source.replace("N", str(count)))).outcome.graph
        value = next(n for n in graph.nodes if n.kind == "parameter").outputs[0].value
        assert value.data == told and value.numel == 8 and value.mean == 1.0
        assert graph.nodes[-1].outputs[0].value.data is not None
