"""The name of a device in; torch with that default for as long as a program runs, or why not, out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def placed(name: str) -> Iterator[None]:
    """What is made without a device goes to this one, as with torch.set_default_device; restored
    afterwards, whatever the program set meanwhile."""
    before = torch.get_default_device()
    torch.set_default_device(name if name != "cpu" else None)
    try:
        yield
    finally:
        torch.set_default_device(before if before.type != "cpu" else None)


def missing(name: str) -> str | None:
    """Why this process cannot use a device: the end of a key `device.…`; None where it can."""
    try:
        device = torch.device(name)
    except RuntimeError:
        return "unknown"
    if device.type == "cuda":
        if torch.version.cuda is None and torch.version.hip is None:
            return "cuda_build"
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        return None if (device.index or 0) < count else "cuda_card"
    if device.type == "mps":
        if sys.platform != "darwin":
            return "mps_system"
        return None if torch.backends.mps.is_available() else "mps_build"
    return None if device.type == "cpu" else "unknown"


def settle(device: torch.device) -> None:
    """Wait until a device has done all it was given, so that a clock tells the truth."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
