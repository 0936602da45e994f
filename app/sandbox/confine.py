"""A process about to run a stranger's code in; the same process, able to compute and nothing else, out.

After `confine` the process may use memory, clocks, locks, threads and the descriptors it already
holds. It can open no file or socket, start no process, signal nobody and read nobody's memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

from app.graph import Struct
from app.sandbox.device import ADDRESSES, CALLS
from app.sandbox.landlock import landlock_version, leave_the_file_system
from app.sandbox.seccomp import filter_calls, has_seccomp
from app.settings import Settings

if sys.platform != "win32":
    import resource

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
#: a worker of root's becomes the user with this number plus its process id
FIRST_USER = 0x70000000
#: threads a program may have, and what the same user's other processes may add meanwhile
THREADS, OTHERS = 64, 512
#: seconds of one CPU a worker may spend beside its job: warming up, answering slices
SPARE_CPU_S = 60


class Confinement(Struct, frozen=True, kw_only=True):
    """What this machine gives: each part on its own, and whether the kernel enforces the boundary."""

    platform: str
    seccomp: bool
    landlock: bool
    no_new_privileges: bool
    resource_limits: bool
    kernel_enforced: bool


def probe() -> Confinement:
    """What would hold here, without changing this process."""
    linux = sys.platform == "linux"
    seccomp = linux and has_seccomp()
    return Confinement(
        platform=sys.platform,
        seccomp=seccomp,
        landlock=linux and landlock_version() > 0,
        no_new_privileges=linux,
        resource_limits=sys.platform != "win32",
        kernel_enforced=seccomp,
    )


def confine(settings: Settings, memory_base: int, parent: int, kind: str = "cpu") -> None:
    """Give up everything but computing, and end when process `parent` ends. `memory_base` is the
    address space already in use, bytes; `kind` the device whose driver may go on.

    Raises OSError where the kernel refuses: the caller must then not run user code."""
    os.environ.clear()
    memory_base += ADDRESSES.get(kind, 0)
    if sys.platform == "linux":
        with_filter = has_seccomp()  # asked before the file system is gone
        threads = _become_nobody()
        _limit_resources(settings, memory_base, threads)
        give_up_privileges(parent)
        leave_the_file_system()
        if with_filter:
            filter_calls(CALLS.get(kind, ()))
    elif sys.platform != "win32":
        _limit_resources(settings, memory_base, None)


def address_space() -> int:
    """Bytes of address space this process uses now; a generous guess where nobody says."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 4 << 30


def _become_nobody() -> int:
    """Root's worker becomes a user nobody else is. Returns how many tasks that user may have."""
    if os.geteuid() == 0:
        number = FIRST_USER + os.getpid()
        with contextlib.suppress(OSError):  # a container may not map so high a number
            os.setgroups([])
            os.setresgid(number, number, number)
            os.setresuid(number, number, number)
            return THREADS
    return _tasks_now() + OTHERS


def _tasks_now() -> int:
    """Tasks on this machine: the limit counts all of a user's, not this process's alone."""
    try:
        with open("/proc/loadavg") as file:
            return int(file.read().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 4096


def _limit_resources(settings: Settings, memory_base: int, threads: int | None) -> None:
    limits = {
        resource.RLIMIT_AS: memory_base + settings.memory_mib * (1 << 20),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: int(settings.deadline_s * settings.torch_threads) + SPARE_CPU_S,
        resource.RLIMIT_NOFILE: 16,
        resource.RLIMIT_STACK: 64 << 20,
    }
    if threads is not None:
        limits[resource.RLIMIT_NPROC] = threads
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        if sys.platform == "linux":
            resource.setrlimit(kind, (value, value))
        else:
            with contextlib.suppress(ValueError, OSError):  # macOS knows not all of them
                resource.setrlimit(kind, (value, value))


def give_up_privileges(parent: int) -> None:
    """After the change of user, which would undo the first of these."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise OSError("the parent ended before the kernel could be asked to tell")
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
