"""Generated programs over common ops: values and gradients are plain torch's, bit for bit."""

import random

import pytest
import torch

from app.autograd import run
from app.protocol import Job, Options

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
#: x, y: 3×4 leaves; p: positive 3×4; v: 4; m: 4×2; i: int64 of 3
LEAVES = """
x = torch.randn(3, 4, requires_grad=True)
y = torch.randn(3, 4, requires_grad=True)
p = (torch.rand(3, 4) + 0.5).requires_grad_()
v = torch.randn(4, requires_grad=True)
m = torch.randn(4, 2, requires_grad=True)
i = torch.tensor([0, 2, 1])
"""
UNARY = """sin cos tanh sigmoid exp relu abs square neg sinh cosh atan erf expm1 softmax(-1)
log_softmax(-1) cumsum(0) logsumexp(1) mean sum std var amax(1) prod(1) norm t flip(0) tril triu
view(4,3) reshape(-1) unsqueeze(0) clamp(-0.5,0.5) sort(1)[0] max(1)[0] min(0)[0] clone repeat(2,1)
permute(1,0) flatten expand(2,3,4) roll(1,0) diff""".split()
POSITIVE = "log sqrt rsqrt log1p log2 reciprocal pow(1.5) lgamma".split()
BINARY = """x+y x-y x*y x/p x@m x*v x+v torch.maximum(x,y) torch.atan2(x,p) torch.where(x>0,x,y)
torch.cat([x,y]) torch.stack([x,y],1) x**2+y**3 2-x 3/p x*x*x torch.lerp(x,y,0.3) torch.addcmul(x,y,p)
x[i] x[0:2,1:] x[:,None]*y torch.einsum('ij,kj->ik',x,y) torch.outer(v,v) x.matmul(v) x.gather(1,i[:,None])
x.masked_fill(y>0,2.0) torch.bmm(x[None],y.T[None]) F.linear(x,m.T) F.gelu(x)*y F.softplus(x)-y
F.layer_norm(x,(4,),v) F.mse_loss(x,y) F.l1_loss(x,y) F.smooth_l1_loss(x,y) F.cross_entropy(x,i)
F.nll_loss(F.log_softmax(x,1),i) F.binary_cross_entropy_with_logits(x,torch.sigmoid(y).detach())
F.cosine_similarity(x,y) F.scaled_dot_product_attention(x[None],y[None],y[None]) F.embedding(i,x)
F.conv1d(x[None],y[None]) F.max_pool1d(x[None],2) F.avg_pool1d(x[None],2) F.pad(x,(1,1)) F.normalize(x)
F.huber_loss(x,y) F.elu(x) F.silu(x) F.leaky_relu(x) F.interpolate(x[None],8) torch.cdist(x,y)""".split()
WHOLE = [
    "z = x * 2\nz[0] = y[1]\nout = z",
    "z = x * 2\nw = z[1:]\nw.mul_(y[1:])\nout = z * p",
    "a, b = x.split(2, 1)\nout = a * b",
    "a, b, c = x.unbind(0)\nout = a * b + c",
    "t, k = x.topk(2)\nout = t",
    "lstm = nn.LSTM(4, 3)\nout, state = lstm(x[None])",
    "net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.LayerNorm(5))\nout = net(x)",
    "att = nn.MultiheadAttention(4, 2)\nout, weights = att(x, y, y)",
    "out = x\nfor k in range(4):\n    out = torch.tanh(out * y)",
    "def f(a):\n    return a.sin() + a\nout = f(f(x)) * f(y)",
    "bn = nn.BatchNorm1d(4)\nout = bn(x)",
    "h = x.double()\nout = (h * 2).float() * y",
    "drop = nn.Dropout(0.5)\nout = drop(x) * y",
    "z = x.clone()\nz += y\nz -= 1\nout = z * z",
]
BODIES = (
    [f"out = x.{op}" if op.endswith((")", "]")) else f"out = x.{op}()" for op in UNARY]
    + [f"out = p.{op}" if op.endswith(")") else f"out = p.{op}()" for op in POSITIVE]
    + [f"out = {expression}" for expression in BINARY]
    + WHOLE
)
PROGRAMS = [f"{HEAD}{LEAVES}{body}\nloss = (out * 1.5).sum()\nloss.backward()\n" for body in BODIES]


def plain(source, dtype=torch.float32):
    """The program's variables after plain torch ran it."""
    torch.set_default_dtype(dtype)
    torch.manual_seed(0)
    random.seed(0)
    scope = {}
    try:
        exec(source, scope)
    finally:
        torch.set_default_dtype(torch.float32)
    return scope


def traced(source, dtype="float32"):
    outcome = run(Job(source=source, language="torch", options=Options(dtype=dtype))).outcome
    torch.set_default_dtype(torch.float32)
    assert outcome.problem is None, outcome.problem
    return outcome.graph


def test_there_are_many_programs():
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize("source", PROGRAMS, ids=BODIES)
def test_values_and_gradients_are_exact(source):
    scope, graph = plain(source), traced(source)
    nodes = {node.id: node for node in graph.nodes}
    last = {binding.name: binding for binding in graph.bindings}
    for name in ("x", "y", "p", "v", "m", "out", "loss"):
        value, binding = scope[name], last[name]
        output = nodes[binding.node].outputs[binding.output]
        if value.numel() <= 64:
            assert output.value.data == value.tolist(), name
        if value.is_leaf and value.grad is not None:
            assert output.gradient.data == value.grad.tolist(), name
    for name, value in scope.items():
        if isinstance(value, torch.nn.Module):
            for path, parameter in value.named_parameters(name):
                (node,) = [n for n in graph.nodes if n.name == path]
                if parameter.numel() <= 64 and parameter.grad is not None:
                    assert node.outputs[0].gradient.data == parameter.grad.tolist(), path


@pytest.mark.parametrize("source", PROGRAMS, ids=BODIES)
def test_contributions_sum_to_the_gradient(source):
    graph = traced(source)
    nodes = {node.id: node for node in graph.nodes}
    sums = {}
    for edge in graph.edges:
        if edge.contribution is not None and edge.contribution.data is not None:
            key = (edge.source.node, edge.source.output)
            sums[key] = sums.get(key, 0) + torch.tensor(edge.contribution.data)
    assert sums
    for (node, output), total in sums.items():
        gradient = nodes[node].outputs[output].gradient
        torch.testing.assert_close(
            total, torch.tensor(gradient.data), rtol=1e-5, atol=1e-6, equal_nan=True
        )


SMOOTH = [
    "w * w * 3", "w.sin() * w.cos()", "w.exp()", "torch.tanh(w)", "torch.sigmoid(w)", "w ** 3",
    "1 / (w * w + 1)", "(w * w + 1).log()", "(w * w + 1).sqrt()", "torch.softmax(w, 0) * w",
    "w.cumsum(0) * w", "w.prod() + w.sum()", "torch.outer(w, w)", "w[:2] * w[1:]", "w.logsumexp(0)",
    "F.softplus(w)", "F.gelu(w)", "F.silu(w)", "(w - w.mean()) ** 2", "w.norm() * w", "w.flip(0) * w",
    "torch.stack([w, w * 2]).prod(0)", "w.atan() + w.sinh()", "torch.einsum('i,j->ij', w, w).sum(0)",
]  # fmt: skip


@pytest.mark.parametrize("expression", SMOOTH)
def test_finite_differences_agree(expression):
    values, step = [0.7, -0.4, 1.3], 1e-6
    template = (
        HEAD + "w = torch.tensor({}, requires_grad=True)\nloss = ({}).sum()\nloss.backward()\n"
    )
    graph = traced(template.format(values, expression), "float64")
    (leaf,) = [node for node in graph.nodes if node.name == "w"]
    for k, gradient in enumerate(leaf.outputs[0].gradient.data):
        ends = []
        for sign in (1, -1):
            moved = [v + sign * step * (j == k) for j, v in enumerate(values)]
            ends.append(plain(template.format(moved, expression), torch.float64)["loss"].item())
        assert gradient == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-7)


def test_random_stream_and_prints_are_untouched():
    source = HEAD + (
        "net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.3))\n"
        "opt = torch.optim.Adam(net.parameters())\nfor k in range(3):\n    opt.zero_grad()\n"
        "    loss = net(torch.randn(5, 4)).pow(2).mean()\n    loss.backward()\n    opt.step()\n"
        "for p in net.parameters():\n    print(p.tolist(), p.grad.tolist(), p._version)\n"
        "print(net[1].running_mean.tolist(), net[1].running_var.tolist(), torch.rand(3).tolist())\n"
    )
    lines = []
    torch.manual_seed(0)
    exec(source, {"print": lambda *v: lines.append(" ".join(map(str, v)) + "\n")})
    assert "".join(p.text for p in traced(source).prints) == "".join(lines)
