"""The entry's name in; its function out, in a process that has met everything slow once already."""

from __future__ import annotations

import codecs
import gc
import importlib
import os
import platform
from collections.abc import Callable
from typing import Any

from app.explanations import (
    CheckGradients,
    Curve,
    Derive,
    EdgeCard,
    Examine,
    NodeCard,
    PathsBetween,
    Question,
    Remember,
    Why,
)
from app.protocol import Job
from app.sandbox.confine import probe
from app.settings import settings
from app.words import catalogue

#: encodings a program may name
CODECS = ("ascii", "latin-1", "utf-16", "utf-32", "cp1252", "unicode_escape", "idna")
#: touches what is slow the first time: oneDNN, optimizers, attention, LSTM, linear algebra
WARM_UP = """import torch
import torch.nn as nn
x = torch.randn(2, 3, 8, 8)
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
for optimizer in (torch.optim.SGD(net.parameters(), lr=0.1), torch.optim.Adam(net.parameters())):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x), torch.tensor([0, 1]))
    loss.backward()
    optimizer.step()
a = torch.randn(4, 4, requires_grad=True)
y = torch.linalg.svd(a)[1].sum() + torch.fft.fft(a).abs().sum() + nn.LSTM(4, 4)(a)[0].sum()
z = y + nn.MultiheadAttention(4, 2)(a, a, a)[0].sum() + (a @ a).sigmoid().sum()
z.backward()
print(f"{z}", a)
"""

#: programs with closed forms of many kinds: powers, exponentials, cases, special functions
QUESTIONED = (
    "y = sigmoid(w*x + b)\nL = -(x*log(y) + (1-x)*log(1-y))",
    "L = relu(w - 0.2)^2 + max(w, b) + abs(w)",
    "L = sin(x)*tanh(b) + sqrt(x*x + 1)/b + atan(b) + x^3",
    "L = log(1 + exp(-w)) + erf(w)",
)


def warm(entry: str) -> Callable[..., Any]:
    """Import all a program may import and run two programs, on one thread: a process forked after
    a thread pool has started would hang. Raises ImportError where torch or `entry` is missing."""
    _forget_host()
    import torch

    torch.set_num_threads(1)
    from app.program.imports import PREIMPORTED

    for name in PREIMPORTED:
        _import_if_there(name)
    importlib.import_module("torchviz")
    for name in CODECS:
        codecs.lookup(name)
    catalogue()
    probe()  # loads what confining needs: a confined process can load nothing
    run = entry_of(entry)
    run(Job(source=WARM_UP))
    if settings().sessions:  # else nobody will ask, and half the time is saved
        for source in QUESTIONED:
            question(run(Job(source=source)))
    gc.collect()
    gc.freeze()
    return run


def question(finished: Any) -> None:
    """Ask everything once: what explains a program (SymPy, forward mode) also loads as it goes."""
    graph = finished.outcome.graph
    if graph is None:
        return
    leaves = [node.id for node in graph.nodes if node.kind == "parameter"]
    every: list[Question] = [Derive(), CheckGradients(), Why(), Remember(), Examine()]
    every += [NodeCard(node=node.id) for node in graph.nodes]
    every += [EdgeCard(edge=edge.id) for edge in graph.edges]
    every += [PathsBetween(leaf=leaf) for leaf in leaves] + [Curve(leaf=leaf) for leaf in leaves]
    for one in every:
        finished.answer(one)


def _forget_host() -> None:
    """Whoever asks for the machine's name from now on is told none: libraries remember it, and a
    program would find it there."""
    if hasattr(os, "uname"):
        real = os.uname()
        known = os.uname_result((real.sysname, "", real.release, real.version, real.machine))
        os.uname = lambda: known
        vars(platform)["_uname_cache"] = None  # somebody has asked before us


def entry_of(entry: str) -> Callable[..., Any]:
    """`package.module:function` → the function."""
    module, _, name = entry.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _import_if_there(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        return
