"""What a device's worker keeps that others give up; that processes which fork see no card."""

from __future__ import annotations

import subprocess
import sys

from app.sandbox.device import CALLS, kind_of
from app.sandbox.nursery import environment
from app.settings import Settings

PROBE = """
import fcntl, os, struct, sys, termios
from app.sandbox.confine import address_space, confine
from app.sandbox.confine import probe
from app.settings import Settings
probe()
tty = os.pipe()[0]
confine(Settings(), address_space(), os.getppid(), sys.argv[1])
def tried(act):
    try:
        act()
        return "yes"
    except OSError as error:
        return "no" if error.errno == 1 else "yes"
print(tried(lambda: fcntl.ioctl(tty, termios.FIONREAD, b"0000")), tried(lambda: os.open("/etc/passwd", 0)),
      tried(lambda: os.fork()), tried(lambda: os.kill(1, 0)))
"""


def tried(kind: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, kind], capture_output=True, text=True, check=False
    )
    return done.stdout.split()


def test_driver_may_talk_to_what_it_holds_and_no_more() -> None:
    assert tried("cpu")[0] == "no"
    assert tried("cuda")[0] == "yes"


def test_driver_worker_still_opens_and_starts_nothing() -> None:
    assert tried("cuda")[1:] == ["no", "no", "no"]
    assert not set(CALLS["cuda"]) & {"open", "openat", "socket", "execve", "fork", "kill", "ptrace"}


def test_forking_processes_see_no_card(monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    assert environment(Settings())["CUDA_VISIBLE_DEVICES"] == ""
    assert environment(Settings(), "cuda:1")["CUDA_VISIBLE_DEVICES"] == "0,1"


def test_kind_leaves_the_number() -> None:
    assert [kind_of(name) for name in ("cuda:1", "mps", "cpu:0")] == ["cuda", "mps", "cpu"]
