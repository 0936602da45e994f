"""Sockets handed over in; for each a fresh, warm, soon confined worker process out.

Imports torch once; forking a ready worker then takes milliseconds. Run by the pool as
`python -m app.sandbox.zygote FD ENTRY`; FD is a socket on which every message carries the
descriptor a new worker will talk over and is answered by that worker's process id."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from app.protocol import Job
from app.sandbox.confine import probe
from app.sandbox.worker import entry_of, serve
from app.settings import Settings

#: a program that touches what is slow the first time: oneDNN, optimizers, attention, linear algebra
WARM_UP = """import torch
import torch.nn as nn
x = torch.randn(2, 3, 8, 8)
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
optimizer = torch.optim.Adam(net.parameters())
loss = nn.functional.cross_entropy(net(x), torch.tensor([0, 1]))
loss.backward()
optimizer.step()
a = torch.randn(4, 4, requires_grad=True)
y = torch.linalg.svd(a)[1].sum() + torch.fft.fft(a).abs().sum() + nn.LSTM(4, 4)(a)[0].sum()
print(f"{y}", a)
"""


def main(descriptor: int, entry: str) -> None:
    """Warm up, then fork a worker per message until the pool goes away."""
    control = socket.socket(fileno=descriptor)
    settings = Settings()
    run = warm(entry)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    control.sendall(b"ready\n")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        if not message:
            return
        for connection in descriptors:
            control.sendall(f"{fork(control, connection, settings, run)}\n".encode())


def warm(entry: str) -> Callable[..., Any]:
    """Import everything a program may use and run one program, single-threaded."""
    import torch

    torch.set_num_threads(1)  # forking after a thread pool has started would hang
    from app.program.imports import PREIMPORTED

    for name in PREIMPORTED:
        try:
            __import__(name)
        except ImportError:
            continue
    import torchviz  # noqa: F401

    probe()  # loads what confining needs: a confined process can load nothing

    run = entry_of(entry)
    run(Job(source=WARM_UP))
    run(Job(source="y = sigmoid(w*x + b)"))
    gc.collect()
    gc.freeze()
    return run


def fork(
    control: socket.socket, descriptor: int, settings: Settings, run: Callable[..., Any]
) -> int:
    """A worker on `descriptor`; returns its process id (to the parent only)."""
    child = os.fork()
    if child:
        os.close(descriptor)
        return child
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        serve(socket.socket(fileno=descriptor), settings, run)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
