"""Work that makes very many objects in; the same work without Python's cycle collector, out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection until the block ends: among a hundred thousand live objects it is the largest
    cost, and frozen values have no cycles to find."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """The same, and what the block made is never looked through afterwards: for what lives as long
    as its process, whose first collection would take a second."""
    with paused():
        yield
        gc.freeze()
