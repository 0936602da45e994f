"""A bare process under Landlock alone, no seccomp in front: files, ports and neighbours are gone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.sandbox.landlock import landlock_version

PROGRAM = """
import ctypes, os, socket
from app.sandbox.landlock import leave_the_file_system
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
leave_the_file_system()
def attempt(what):
    try:
        what()
        return 'allowed'
    except PermissionError:
        return 'refused'
print(attempt(lambda: open('/etc/passwd')), attempt(lambda: os.listdir('/')),
      attempt(lambda: socket.socket().bind(('127.0.0.1', 0))),
      attempt(lambda: os.kill(os.getppid(), 0)))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or landlock_version() < 1, reason="this kernel has no Landlock"
)
def test_landlock_alone_refuses() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout.split()
    version = landlock_version()
    assert answer[:2] == ["refused", "refused"]
    assert answer[2] == ("refused" if version >= 4 else "allowed")
    assert answer[3] == ("refused" if version >= 6 else "allowed")
