"""A drawing process whose formats hang, swallow memory, die, and try to get out; for test_lane."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

from app.export import formats, press
from app.export.formats import FORMATS, Format

HELD: list[bytearray] = []


def hang(scene: object, report: Callable[[int, int], None]) -> bytes:
    report(1, 3)
    time.sleep(600)
    return b""


def swallow(scene: object, report: object) -> bytes:
    while True:
        HELD.append(bytearray(64 << 20))


def die(scene: object, report: object) -> bytes:
    os._exit(3)


def fail(scene: object, report: object) -> bytes:
    raise RuntimeError("a library's own bug")


def grow(scene: object, report: object) -> bytes:
    return b"x" * (2 << 20)


def escape(scene: object, report: object) -> bytes:
    """What of the world outside can be reached; nothing, one hopes."""
    attempts: dict[str, Callable[[], object]] = {
        "read": lambda: open("/etc/passwd").read(),
        "home": lambda: os.listdir(pwd.getpwuid(os.getuid()).pw_dir),
        "own": lambda: open(__file__).read(),
        "write": lambda: open("/tmp/gradreel-escape", "w"),
        "beside": lambda: open(os.path.join(os.path.dirname(press.__file__), "x"), "w"),
        "socket": lambda: socket.socket(),
        "fork": lambda: os.fork() or os._exit(0),
        "exec": lambda: subprocess.run(["/bin/true"], check=True),
        "kill": lambda: os.kill(os.getppid(), 0),
        "environment": lambda: os.environ["GRADREEL_SECRET"],
    }
    reached = []
    for name, attempt in attempts.items():
        try:
            attempt()
            reached.append(name)
        except (OSError, KeyError):
            pass
    assert os.environ["TMPDIR"] == str(Path.home())  # libraries ask for a home, with no passwd file
    (Path.home() / "mine").write_text("allowed")
    return ",".join(reached).encode() or b"nothing"


for write in (hang, swallow, die, fail, grow, escape):
    name = f"odd.{write.__name__}"
    sys.modules[name] = module = types.ModuleType(name)
    module.write = write  # type: ignore[attr-defined]
    FORMATS[name] = Format(suffix=name, media="text/plain", module=name)

if __name__ == "__main__":
    assert formats.FORMATS is FORMATS
    press.main(int(sys.argv[1]), sys.argv[2])
