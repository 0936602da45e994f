"""The depth of a recorded graph in; room on the stack for torch to free it, out.

Since torch keeps a Python object per autograd node that Python once saw, freeing a chain of them goes
one stack frame deeper per node (torch 2.13: THPCppFunction_dealloc), and a chain of some ten thousand
ends the process. A worker exits without freeing; a notebook must survive `del loss`."""

from __future__ import annotations

import contextlib
import sys

#: bytes of stack one node takes, with room to spare
FRAME = 1_024
#: nodes that the usual 8 MiB surely free
SHALLOW = 4_000
#: no stack is let grow beyond this, bytes
MOST = 1 << 30


def make_room(nodes: int) -> None:
    """Let the main thread's stack grow far enough for `nodes` autograd nodes in a row; where the
    system's hard limit forbids it, as far as it allows."""
    if nodes <= SHALLOW or sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = min(MOST, nodes * FRAME + (8 << 20))
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
