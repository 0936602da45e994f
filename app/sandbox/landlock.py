"""This process in; the same process with no right to any file, port or neighbour, out.

Linux's Landlock by bare system calls (kernel.org/doc/html/latest/userspace-api/landlock.html):
a ruleset that handles every right the kernel knows and grants none."""

from __future__ import annotations

import ctypes
import os

CREATE_RULESET, RESTRICT_SELF = 444, 446
#: file-system rights by version of the interface: 13 at first; then refer, truncate, ioctl
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
#: bind and connect over TCP, since version 4
NET_RIGHTS = 0b11
#: abstract sockets and signals beyond this ruleset, since version 6
SCOPES = 0b11


class Ruleset(ctypes.Structure):
    """The kernel's `struct landlock_ruleset_attr`."""

    _fields_ = [
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


def landlock_version() -> int:
    """Version of the interface; 0 where the kernel has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(int(libc.syscall(CREATE_RULESET, None, 0, 1)), 0)


def leave_the_file_system() -> None:
    """Needs no_new_privs. Does nothing where the kernel has no Landlock.

    Raises OSError where the kernel has it and refuses."""
    version = landlock_version()
    if version < 1:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    rights = Ruleset((1 << FILE_RIGHTS[min(version, 5)]) - 1)
    rights.net = NET_RIGHTS if version >= 4 else 0
    rights.scoped = SCOPES if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rights), size, 0)
    if ruleset < 0 or libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)
