"""One job from the wire in; progress and one outcome back, then answers or the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from app.collector import settled
from app.errors import LimitError
from app.protocol import Job, Options, Outcome, Progress, Sketch
from app.sandbox.channel import Broken, TooLarge, Wire, frame, size_of
from app.sandbox.confine import address_space, confine
from app.sandbox.device import CALLS, kind_of
from app.settings import Settings

#: the smallest program that goes everywhere a program goes
FIRST = "import torch\nw = torch.tensor([0.5], requires_grad=True)\n(w * w).sigmoid().sum().backward()\n"
#: exit status of a worker that could not even say that memory ran out
OUT_OF_MEMORY = 77


def serve(
    wire: Wire, settings: Settings, run: Callable[..., Any], parent: int, device: str = "cpu"
) -> int:
    """Confine this process, run one job, answer questions until the wire closes: the exit status."""
    if kind_of(device) not in CALLS:  # a driver goes on using what it has opened
        _keep_only(wire)
    _threads(settings.torch_threads)
    confine(settings, address_space(), parent, kind_of(device))
    try:
        run(
            Job(source=FIRST, options=Options(device=device))
        )  # touches the pages a fork shares, so that the real job need not
        wire.send(Progress(stage="parse"))  # the greeting: confined, warm, waiting
        _one_job(wire, settings, run)
    except (Broken, TooLarge, msgspec.MsgspecError, OSError):
        return 0  # nobody is there to be told
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _one_job(wire: Wire, settings: Settings, run: Callable[..., Any]) -> None:
    job = wire.receive(settings.source_bytes * 8)
    if not isinstance(job, Job):
        return
    with settled():
        finished = run(job, lambda report: _report(wire, report))
    wire.write(_framed(finished.outcome, settings, job.options.lang))
    while not isinstance(question := wire.receive(1 << 16), Job):
        wire.send(finished.answer(question))


def _report(wire: Wire, report: Progress | Sketch) -> None:
    """Progress and sketches; a sketch that is too large is not worth the wait."""
    framed = frame(report)
    if isinstance(report, Progress) or len(framed) <= size_of(report):
        wire.write(framed)


def _framed(outcome: Outcome, settings: Settings, lang: str) -> bytearray:
    """The outcome's frame; of one that is too large, a problem that says so."""
    framed = frame(outcome)
    if len(framed) <= settings.reply_bytes:
        return framed
    limit = f"{settings.reply_bytes / 1e6:g}"
    return frame(Outcome(problem=LimitError("reply_too_large", lang=lang, limit=limit).problem))


def _keep_only(wire: Wire) -> None:
    """Standard streams to nowhere; everything but the wire closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    first, last = sorted((wire.source, wire.sink))
    os.closerange(3, first)
    os.closerange(first + 1, last)
    os.closerange(last + 1, os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 4096)


def _threads(count: int) -> None:
    import torch

    torch.set_num_threads(count)
