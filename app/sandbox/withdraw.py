"""A process about to draw in; the same process, able to read the package and nothing else, out.

Drawing runs no stranger's code, but hands a stranger's words and graphs to large libraries (fonts,
PDF, video, Graphviz): what one of them is talked into must not reach files, the network or other processes."""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
import tempfile
from pathlib import Path

from app.assets import static_dir, templates_dir
from app.sandbox.confine import address_space, give_up_privileges
from app.sandbox.landlock import leave_the_file_system
from app.sandbox.seccomp import deny_calls, has_seccomp
from app.settings import Settings

if sys.platform != "win32":
    import resource

#: what shared libraries, clocks and random streams read
SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime"),
    *("/usr/share/zoneinfo", "/dev/urandom", "/dev/null", "/sys/devices/system/cpu"),
)
DESCRIPTORS = 128


def withdraw(settings: Settings, scratch: str, parent: int) -> None:
    """Keep computing, threads, reading Python and Gradreel itself, and writing below `scratch`.
    Ends when process `parent` ends.

    Raises OSError where the kernel refuses."""
    if sys.platform == "win32":
        return
    tempfile.tempdir = scratch
    filtered = sys.platform == "linux" and has_seccomp()  # asked before the file system is gone
    _limit(settings, address_space())
    if sys.platform == "linux":
        give_up_privileges(parent)
        leave_the_file_system(readable(), scratch)
        if filtered:
            deny_calls()


def readable() -> list[str]:
    """Files and folders that Python, its packages and Gradreel's own assets live in."""
    package = Path(__file__).resolve().parent.parent
    own = [str(package), str(static_dir()), str(templates_dir())]
    paths = sysconfig.get_paths()
    python = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    beside = [os.path.join(sys.base_prefix, "lib"), os.path.join(sys.prefix, "lib")]
    return [os.path.realpath(path) for path in (*own, *python, *beside, *SYSTEM)]


def _limit(settings: Settings, memory_base: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory_base + settings.export_mib * (1 << 20),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: settings.export_file_mib * (1 << 20),
        resource.RLIMIT_NOFILE: DESCRIPTORS,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows not all of them
            resource.setrlimit(kind, (value, value))
