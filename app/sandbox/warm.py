"""The entry's name in; its function out, in a process that has met everything slow once already."""

from __future__ import annotations

import codecs
import gc
import importlib
from collections.abc import Callable
from typing import Any

from app.protocol import Job
from app.sandbox.confine import probe
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


def warm(entry: str) -> Callable[..., Any]:
    """Import all a program may import and run two programs, on one thread: a process forked after
    a thread pool has started would hang. Raises ImportError where torch or `entry` is missing."""
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
    run(Job(source="y = sigmoid(w*x + b)"))
    gc.collect()
    gc.freeze()
    return run


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
