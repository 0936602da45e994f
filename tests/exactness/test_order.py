"""Backward steps come in the order in which torch's engine ran, recorded here without Gradreel."""

import warnings

import pytest
import torch.autograd
from torch.autograd.graph import GradientEdge, get_gradient_edge

from tests.exactness.test_exact import HEAD, plain, traced

warnings.filterwarnings("ignore", message="Using backward.. with create_graph=True")
X = "x = torch.randn(3, 4, requires_grad=True)\n"
CUSTOM = (
    "class Twice(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a, b):\n"
    "        ctx.save_for_backward(a, b)\n        return a * b, a + b\n    @staticmethod\n"
    "    def backward(ctx, g, h):\n        a, b = ctx.saved_tensors\n"
    "        return g * b + h, g * a + h\n"
)
#: name → program, and the autograd nodes inside ops that send nothing to another op
PROGRAMS = {
    "fan-out": ("a = x.sin()\nb = a * 2\nc = (a + x) * b\n(c * b + a).sum().backward()", ""),
    "late use of early": ("b = x * 2\nc = x * 3\nd = c.sin()\ne = b.cos()\n(d * e + b * c).sum().backward()", ""),
    "views": ("y = x * 2\nv = y[1:]\n((v.t() ** 2).sum() + y.view(-1)[::2].sum()).backward()", ""),
    "setitem": ("z = torch.zeros(4)\nfor i in range(3):\n    z[i + 1] = z[i] + x[i, 0]\nz.sum().backward()", "Select"),
    "write to a view": ("z = x * 1\na = z[:2]\nfor i in range(3):\n    a.add_(z[2:])\n    a.mul_(x[:2])\n(z * z).sum().backward()", ""),
    "view of what was written": ("z = x * 1\nd = z[0]\nd.mul_(x[1])\nr = z[1]\nr.add_(d)\n(z * z).sum().backward()", "AsStrided"),
    "base after its view": ("z = x * 1\nv = z[0]\nv.add_(1)\nz += 2\n(z * z).sum().backward()", ""),
    "several roots": ("a = (x ** 2).sum()\nb = a * 3\ntorch.autograd.backward([a, b.sin(), b])", ""),
    "several calls": ("y = x ** 3\na = y.sum()\na.backward(retain_graph=True)\n(y * 2).mean().backward(retain_graph=True)\na.backward()", ""),
    "gradients of gradients": ("y = (x ** 3 + x.sin()).sum()\ng, = torch.autograd.grad(y, x, create_graph=True)\nh, = torch.autograd.grad(g.sum(), x, create_graph=True)\nh.sum().backward()", ""),
    "own function": (CUSTOM + "p, q = Twice.apply(x, x.exp())\nr, s = Twice.apply(p, q)\n(r * s + q).sum().backward()", ""),
    "optimizer": ("net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))\nopt = torch.optim.SGD(net.parameters(), 0.1)\nfor k in range(3):\n    opt.zero_grad()\n    F.cross_entropy(net(x), torch.tensor([0, 1, 0])).backward()\n    opt.step()", "NllLoss"),
    "recurrent": ("m = nn.LSTM(4, 2)\no, (h, c) = m(x)\n(o.sum() + h.sum() + c.pow(2).sum()).backward()", "Unsqueeze Squeeze Stack Slice"),
    "attention": ("a = nn.Linear(4, 4, bias=False)\ns = (a(x) @ x.t() / 2).masked_fill(torch.ones(3, 3).triu(1).bool(), -9.0)\n(s.softmax(-1) @ x).sum().backward()", "Mm"),
    "encoder": ("m = nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True)\nm(x[None]).pow(2).sum().backward()", "View"),
    "split and joined": ("a, b = x.split(2, 1)\ny = torch.cat([b, a * b, a])\nz = torch.stack([y, y.flip(0)])\n(z[0] * z[1]).sum().backward()", ""),
    "only some inputs": ("y = torch.randn(3, 4, requires_grad=True)\nh = x * y\nz = (h.sin() + x).sum()\nz.backward(inputs=[y])", ""),
    "hooks": ("y = x * 2\ny.register_hook(lambda g: g * 2)\nx.register_hook(lambda g: g + 1)\n(y * x).sum().backward()", ""),
}  # fmt: skip


def nodes_below(roots):
    found = dict.fromkeys(
        r.node if isinstance(r, GradientEdge) else get_gradient_edge(r).node for r in roots
    )
    queue = list(found)
    for node in queue:
        for target, _ in node.next_functions:
            if target is not None and target not in found:
                found[target] = None
                queue.append(target)
    return queue


def true_order(source, monkeypatch):
    """One list per call of the engine: (autograd node's name, what it sent), as plain torch ran."""
    runs = []
    engine = torch.autograd.graph._engine_run_backward

    def watched(roots, *args, **kwargs):
        order, handles = [], []
        for node in nodes_below(roots):
            name = node.name()
            if hasattr(node, "variable"):
                note = lambda g, name=name: order.append((name, ()))  # noqa: E731
                handles.append(node.register_prehook(note))
            else:
                note = lambda sent, _, name=name: order.append((name, texts(sent)))  # noqa: E731
                handles.append(node.register_hook(note))
        results = engine(roots, *args, **kwargs)
        for handle in handles:
            handle.remove()
        runs.append(order)
        return results

    with monkeypatch.context() as patch:
        patch.setattr(torch.autograd, "_engine_run_backward", watched)
        patch.setattr(torch.autograd.graph, "_engine_run_backward", watched)
        plain(source)
    return runs


def texts(gradients):
    return [None if g is None else str(g.tolist()) for g in gradients]


@pytest.mark.parametrize("name", PROGRAMS)
def test_steps_are_in_the_engines_order(name, monkeypatch):
    body, inner = PROGRAMS[name]
    runs, graph = true_order(HEAD + X + body, monkeypatch), traced(HEAD + X + body)
    passes = [p for p in graph.passes if p.kind == "backward"]
    assert len(passes) == len(runs)
    for one, order in zip(passes, runs, strict=True):
        at, unseen = 0, []
        for step in one.steps:
            sent = {str(c.data) for c in step.contributions if c is not None}
            is_leaf = "AccumulateGrad" in str(order) and not step.edges
            if not is_leaf and not step.edges:
                continue  # what torch.autograd.grad answered
            while not (sent <= set(order[at][1]) and bool(order[at][1]) != is_leaf):
                unseen.append(order[at][0])
                at += 1
            at += 1
        unseen += [n for n, _ in order[at:]]
        assert {n.rstrip("0123456789").removesuffix("Backward") for n in unseen} <= set(
            inner.split()
        )
