"""What recording costs: traced against bare forward and backward, interleaved in one process.

`python -m benchmarks capture` runs the small ones; `python -m benchmarks gpt2` the 124M network."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator

import torch

from app.autograd.capture import capture

NAME = "<program>"
FIVE = (
    "import torch, torch.nn.functional as F\nx, y = torch.tensor([1.1]), torch.tensor([1.0])\n"
    "w = torch.tensor([2.2], requires_grad=True)\nb = torch.tensor([0.0], requires_grad=True)",
    "z = x * w + b\na = torch.sigmoid(z)\nloss = F.binary_cross_entropy(a, y)\nloss.backward()\n"
    "w.grad = b.grad = None",
)
MLP = (
    "import torch\nlayers = [l for _ in range(20) for l in (torch.nn.Linear(256, 256), torch.nn.ReLU())]\n"
    "net = torch.nn.Sequential(*layers)\nx = torch.randn(64, 256)",
    "net.zero_grad()\nnet(x).sum().backward()",
)
SCALARS = (
    "import torch\nw = torch.tensor(1.0001, requires_grad=True)",
    "y = w\nfor _ in range(10000): y = y * w\ny.backward()\nw.grad = None",
)
GPT2 = (
    """
import torch, torch.nn as nn, torch.nn.functional as F
class Block(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.n1, self.n2 = h, nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))
    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.h, d // self.h).transpose(1, 2) for p in self.qkv(self.n1(x)).chunk(3, -1))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(a.transpose(1, 2).reshape(b, t, d))
        return x + self.mlp(self.n2(x))
class GPT(nn.Module):
    def __init__(self, vocab=50257, context=1024, d=768, heads=12, layers=12):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, d), nn.Embedding(context, d)
        self.blocks = nn.Sequential(*[Block(d, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocab, bias=False)
        self.head.weight = self.tok.weight
    def forward(self, ids):
        x = self.tok(ids) + self.pos(torch.arange(ids.shape[1]))
        return self.head(self.norm(self.blocks(x)))
net = GPT()
ids = torch.randint(0, 50257, (1, 65))
""",
    "net.zero_grad()\nlogits = net(ids[:, :-1])\n"
    "loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())\nloss.backward()",
)


def ratio(setup: str, body: str, rounds: int) -> tuple[float, float]:
    """(median bare seconds, median of traced over bare), one bare and one traced per round."""
    scope: dict[str, object] = {}
    exec(compile(setup, NAME, "exec"), scope)
    code = compile(body, NAME, "exec")

    def timed(traced: bool) -> float:
        gc.collect()
        if not traced:
            start = time.perf_counter()
            exec(code, scope)
            return time.perf_counter() - start
        with capture(NAME, 10**7):
            start = time.perf_counter()
            exec(code, scope)
            return time.perf_counter() - start

    for traced in (False, True):
        timed(traced)
    pairs = [(timed(False), timed(True)) for _ in range(rounds)]
    bare = statistics.median(b for b, _ in pairs)
    return bare, statistics.median(t for _, t in pairs) / bare


def rows(large: bool) -> Iterator[str]:
    """One line per program."""
    torch.manual_seed(0)
    programs = (
        [("GPT-2 124M, 64 tokens", GPT2, 7, 1.10)]
        if large
        else [
            ("five-op expression", FIVE, 300, 2.5),
            ("20-layer MLP, 256 wide", MLP, 60, None),
            ("10,000 scalar ops", SCALARS, 9, 3.0),
        ]
    )
    for name, (setup, body), rounds, target in programs:
        bare, times = ratio(setup, body, rounds)
        goal = "" if target is None else f"  (target ≤ {target}×)"
        yield f"{name:<26}{bare * 1e3:10.3f} ms bare   {times:5.2f}× traced{goal}"
