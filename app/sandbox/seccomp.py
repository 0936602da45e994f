"""This process in; the same process with a filter on its system calls, kept by the kernel, out."""

from __future__ import annotations

import contextlib
import errno
import os

#: what torch needs once it is loaded; everything else answers EPERM
ALLOWED = (
    *("read", "write", "close", "fstat", "lseek"),
    *("mmap", "mprotect", "munmap", "mremap", "madvise", "brk"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("futex", "set_robust_list", "get_robust_list", "rseq", "membarrier", "sched_yield"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday"),
    *("getpid", "gettid", "getrusage", "getcpu", "sched_getaffinity", "sysinfo"),
    *("getrandom", "poll", "ppoll", "exit", "exit_group"),
)
#: what drawing a picture never needs: the network, other processes, the kernel's own affairs
DENIED = (
    *("socket", "connect", "bind", "listen", "accept", "accept4", "execve", "execveat"),
    *("fork", "vfork", "kill", "pidfd_open", "pidfd_send_signal", "pidfd_getfd", "ptrace"),
    *("process_vm_readv", "process_vm_writev", "kcmp", "mount", "umount2", "pivot_root", "chroot"),
    *("setns", "unshare", "bpf", "perf_event_open", "keyctl", "add_key", "request_key"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "personality"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "open_by_handle_at"),
)
CLONE_THREAD, CLONE_VM = 0x10000, 0x100


def has_seccomp() -> bool:
    """Whether kernel and library can filter."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        return False
    return os.path.exists("/proc/sys/kernel/seccomp/actions_avail")


def filter_calls(more: tuple[str, ...] = ()) -> None:
    """`more` are calls a device's driver needs. Threads yes, processes no: `clone` only with the flags of a thread.

    Raises OSError where the kernel refuses the filter."""
    import pyseccomp as kernel

    calls = kernel.SyscallFilter(kernel.ERRNO(errno.EPERM))
    for name in (*ALLOWED, *more):
        _allow(kernel, calls, name)
    thread = CLONE_THREAD | CLONE_VM
    calls.add_rule(kernel.ALLOW, "clone", kernel.Arg(0, kernel.MASKED_EQ, thread, thread))
    calls.add_rule(kernel.ERRNO(errno.ENOSYS), "clone3")  # glibc then falls back to clone
    calls.set_attr(kernel.Attr.CTL_TSYNC, 1)  # a thread that already runs is filtered too
    calls.load()


def deny_calls() -> None:
    """Everything but DENIED stays: for code of ours that reads files and starts threads.

    Raises OSError where the kernel refuses the filter."""
    import pyseccomp as kernel

    calls = kernel.SyscallFilter(kernel.ALLOW)
    for name in DENIED:
        with contextlib.suppress(OSError, ValueError):  # a call this architecture does not have
            calls.add_rule(kernel.ERRNO(errno.EPERM), name)
    process = kernel.Arg(0, kernel.MASKED_EQ, CLONE_THREAD, 0)
    calls.add_rule(kernel.ERRNO(errno.EPERM), "clone", process)
    calls.add_rule(kernel.ERRNO(errno.ENOSYS), "clone3")  # glibc then falls back to clone
    calls.set_attr(kernel.Attr.CTL_TSYNC, 1)
    calls.load()


def _allow(kernel: object, calls: object, name: str) -> None:
    try:
        calls.add_rule(kernel.ALLOW, name)  # type: ignore[attr-defined]
    except (OSError, ValueError):
        return  # a call this architecture does not have
