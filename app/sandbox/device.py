"""The name of a device in; a process that has initialised its driver, and what it must keep, out.

A driver cannot be initialised before a fork, nor after confinement: a worker of its device is
started ahead, meets the device, confines itself with the few calls the driver still makes on what
is open already, takes one job and ends. CUDA's part is written after its documentation and has not
been run on a card yet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from app.protocol import Job, Options

#: calls a driver makes on descriptors it holds, beside those of any worker
CALLS: dict[str, tuple[str, ...]] = {
    "cuda": ("ioctl", "eventfd2", "memfd_create", "ftruncate", "sched_setaffinity", "mlock"),
}
#: bytes of address space a driver reserves beside memory: the card's own, mapped once more
ADDRESSES: dict[str, int] = {"cuda": 256 << 30}
#: environment a worker of a device is given: which cards it sees, and no cache on disk
ENVIRONMENT: dict[str, dict[str, str]] = {
    "cuda": {"CUDA_CACHE_DISABLE": "1", "CUDA_MODULE_LOADING": "LAZY"},
}
#: what hides every card from processes that must never touch one, as they fork
HIDDEN = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}
#: variables of the server's that say which cards there are
CHOSEN = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")


def kind_of(name: str) -> str:
    """`cuda:1` → `cuda`."""
    return name.partition(":")[0]


def has_driver(name: str) -> bool:
    """Whether this machine may have such a device: it costs nothing to ask, and torch is not."""
    if kind_of(name) == "mps":
        return sys.platform == "darwin"
    places = ("/proc/driver/nvidia/version", "/dev/dxg", "/dev/kfd")
    return kind_of(name) == "cuda" and (sys.platform == "win32" or any(map(os.path.exists, places)))


def initialise(name: str, run: Callable[..., Any], source: str) -> None:
    """Open the device and load what programs need of it: `source` runs on it once, after which a
    confined process finds its libraries and kernels in memory. Raises RuntimeError without one."""
    finished = run(Job(source=source, options=Options(device=name)))
    problem = finished.outcome.problem
    if problem is not None:
        raise RuntimeError(problem.message)
