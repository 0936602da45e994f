"""One job from the channel in; progress and one outcome back, then slices or the end."""

from __future__ import annotations

import importlib
import os
import resource
import socket
from collections.abc import Callable
from typing import Any

import msgspec

from app.protocol import Job, Outcome, Slice
from app.sandbox.channel import Broken, receive, send
from app.sandbox.confine import confine
from app.settings import Settings

#: the smallest program that goes everywhere a program goes
FIRST = "import torch\nw = torch.tensor([0.5], requires_grad=True)\n(w * w).sigmoid().sum().backward()\n"


def entry_of(entry: str) -> Callable[..., Any]:
    """`package.module:function` → the function."""
    module, _, name = entry.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def serve(connection: socket.socket, settings: Settings, run: Callable[..., Any]) -> None:
    """Confine this process, run one job, then answer slices until the channel closes."""
    _keep_only(connection.fileno())
    _threads(settings.torch_threads)
    confine(settings, address_space())
    run(Job(source=FIRST))  # touches the pages a fork shares, so that the real job need not
    try:
        job = receive(connection, settings.source_bytes * 8)
        if not isinstance(job, Job):
            return
        finished = run(job, lambda progress: send(connection, progress))
        answer(connection, settings, finished.outcome)
        while True:
            request = receive(connection, 1 << 16)
            if isinstance(request, Slice):
                send(connection, finished.slice(request))
    except (Broken, msgspec.MsgspecError, OSError):
        return


def answer(connection: socket.socket, settings: Settings, outcome: Outcome) -> None:
    """Send the outcome; one that is too large becomes a problem that says so."""
    from app.errors import LimitError

    if len(msgspec.json.encode(outcome)) > settings.reply_bytes:
        limit = settings.reply_bytes // 1_000_000
        outcome = Outcome(problem=LimitError("reply_too_large", limit=limit).problem)
    send(connection, outcome)


def address_space() -> int:
    """Bytes of address space this process uses now."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 4 << 30


def _keep_only(descriptor: int) -> None:
    """Standard streams to nowhere, everything but the channel closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, 4096)


def _threads(count: int) -> None:
    import torch

    torch.set_num_threads(count)
