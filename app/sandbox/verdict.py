"""A worker that gave no outcome in; what the user is told about it, out."""

from __future__ import annotations

import signal

from app.errors import GradreelError, LimitError, Problem, WorkerError
from app.sandbox.channel import Broken, TooLarge
from app.sandbox.watch import Watch
from app.sandbox.worker import OUT_OF_MEMORY
from app.settings import Settings

#: a worker may signal nobody, itself included, so this signal is the kernel's, short of memory
MEMORY_ENDS = (-9, OUT_OF_MEMORY)


def verdict(
    error: Exception, fate: int | None, watch: Watch, settings: Settings, lang: str
) -> Problem:
    """Late, dead, too talkative, or lying. `fate` is the exit status, where it is known."""
    if isinstance(error, GradreelError):
        return error.problem
    if isinstance(error, TimeoutError) or fate == -getattr(signal, "SIGXCPU", 24):
        seconds, place = f"{settings.deadline_s:g}", watch.place(lang)
        return LimitError("deadline", lang=lang, seconds=seconds, place=place).problem
    if isinstance(error, TooLarge):
        limit = f"{settings.reply_bytes / 1e6:g}"
        return LimitError("reply_too_large", lang=lang, limit=limit).problem
    if isinstance(error, Broken) and fate in MEMORY_ENDS:
        return LimitError("memory_limit", lang=lang, limit=settings.memory_mib).problem
    if isinstance(error, Broken) and fate is not None:
        return LimitError("worker_crashed", lang=lang, cause=cause_of(fate)).problem
    return WorkerError("worker_reply", lang=lang).problem


def cause_of(fate: int) -> str:
    """`SIGSEGV`, or `exit 3`."""
    if fate >= 0:
        return f"exit {fate}"
    try:
        return signal.Signals(-fate).name
    except ValueError:
        return f"signal {-fate}"
