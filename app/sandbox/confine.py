"""A process about to run a stranger's code in; the same process, able to compute and nothing else, out.

After `confine` the process may use memory, clocks, locks, threads and the descriptors it already
holds. It can open no file or socket, start no process, signal nobody and read nobody's memory."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys

from app.graph import Struct
from app.settings import Settings

#: system calls torch needs once it is loaded; everything else answers EPERM
ALLOWED = [
    "read",
    "write",
    "close",
    "fstat",
    "lseek",
    "mmap",
    "mprotect",
    "munmap",
    "brk",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "madvise",
    "futex",
    "getpid",
    "gettid",
    "exit",
    "exit_group",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "sched_yield",
    "getrandom",
    "sched_getaffinity",
    "mremap",
    "set_robust_list",
    "rseq",
    "restart_syscall",
    "sigaltstack",
    "gettimeofday",
    "getrusage",
    "poll",
    "ppoll",
    "recvfrom",
    "sendto",
    "recvmsg",
    "sendmsg",
    "membarrier",
    "get_robust_list",
    "uname",
    "sysinfo",
    "getcpu",
]
CLONE_THREAD, CLONE_VM = 0x10000, 0x100
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446
#: every file-system right of Landlock's first version
ALL_FILE_RIGHTS = (1 << 13) - 1


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
    seccomp = linux and _has_seccomp()
    return Confinement(
        platform=sys.platform,
        seccomp=seccomp,
        landlock=linux and _landlock_version() > 0,
        no_new_privileges=linux,
        resource_limits=True,
        kernel_enforced=seccomp,
    )


def confine(settings: Settings, memory_base: int) -> None:
    """Give up everything but computing. `memory_base` is the address space already in use, bytes.

    Raises OSError where the kernel refuses: the caller must then not run user code."""
    _limit_resources(settings, memory_base)
    if sys.platform != "linux":
        return
    has_seccomp = _has_seccomp()  # asked before the file system is gone
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    os.environ.clear()
    _close_the_file_system(libc)
    if has_seccomp:
        _filter_calls()


def _limit_resources(settings: Settings, memory_base: int) -> None:
    memory = memory_base + settings.memory_mib * (1 << 20)
    seconds = int(settings.deadline_s * settings.torch_threads) + 60
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: seconds + int(settings.session_idle_s),
        resource.RLIMIT_NOFILE: 16,
        resource.RLIMIT_STACK: 64 << 20,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _has_seccomp() -> bool:
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        return False
    return os.path.exists("/proc/sys/kernel/seccomp/actions_avail")


def _filter_calls() -> None:
    import pyseccomp as kernel

    calls = kernel.SyscallFilter(kernel.ERRNO(errno.EPERM))
    for name in ALLOWED:
        try:
            calls.add_rule(kernel.ALLOW, name)
        except (OSError, ValueError):
            continue  # a call this architecture does not have
    thread = CLONE_THREAD | CLONE_VM
    calls.add_rule(kernel.ALLOW, "clone", kernel.Arg(0, kernel.MASKED_EQ, thread, thread))
    calls.add_rule(kernel.ERRNO(errno.ENOSYS), "clone3")  # glibc then falls back to clone
    calls.load()


def _landlock_version() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return max(int(libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)), 0)


def _close_the_file_system(libc: ctypes.CDLL) -> None:
    """Landlock, where present: a ruleset that handles every right and grants none."""
    if _landlock_version() < 1:
        return
    rights = ctypes.c_uint64(ALL_FILE_RIGHTS)
    ruleset = libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(rights), 8, 0)
    if ruleset >= 0:
        libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)
