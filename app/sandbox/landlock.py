"""This process in; the same process with no right to any file, port or neighbour, out.

Linux's Landlock by bare system calls (kernel.org/doc/html/latest/userspace-api/landlock.html):
a ruleset that handles every right the kernel knows and grants none, or only what is named."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
#: bits of the rights to read a file and to list a folder
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
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


class PathBeneath(ctypes.Structure):
    """The kernel's `struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("rights", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def landlock_version() -> int:
    """Version of the interface; 0 where the kernel has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(int(libc.syscall(CREATE_RULESET, None, 0, 1)), 0)


def leave_the_file_system(readable: Iterable[str] = (), scratch: str | None = None) -> None:
    """Keep only reading what is `readable` and everything below the folder `scratch`. Needs
    no_new_privs. Does nothing where the kernel has no Landlock.

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
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    for path in readable:
        _grant(libc, ruleset, path, READ_FILE | READ_FOLDER if os.path.isdir(path) else READ_FILE)
    if scratch is not None:
        _grant(libc, ruleset, scratch, rights.files)
    if libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """Allow these rights at and below a path; one that does not exist is left out."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = PathBeneath(rights, folder)
        failed = libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(folder)
        if failed:
            raise OSError(ctypes.get_errno(), "landlock rule")
