"""Sockets handed over in; for each a fresh, warm, soon confined worker process out.

Imports torch once; forking a ready worker then takes milliseconds. Run by the pool as
`python -m app.sandbox.zygote FD ENTRY`. Two questions arrive on FD: `fork`, with the descriptor a
new worker will talk over, answered by its process id; and a process id, answered by how that
process ended (`-9`: signal 9), or `?`."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from app.sandbox.channel import Wire
from app.sandbox.worker import serve
from app.settings import Settings

#: ends remembered; the pool asks at once or never
REMEMBERED = 256


class Zygote:
    """Forks, and keeps count of its children's ends."""

    def __init__(self, control: socket.socket, settings: Settings, run: Callable[..., Any]) -> None:
        self.control = control
        self.settings = settings
        self.run = run
        self.children: list[int] = []
        self.ends: dict[int, int] = {}

    def tend(self) -> None:
        """Answer until the pool goes away."""
        while True:
            if select.select([self.control], [], [], 1.0)[0]:
                question, descriptors, _, _ = socket.recv_fds(self.control, 64, 1)
                if not question:
                    return
                self.control.sendall(f"{self.answer(question, descriptors)}\n".encode())
            self.reap(self.children[:-1])  # after answering: nobody waits for it

    def answer(self, question: bytes, descriptors: list[int]) -> str:
        """The answer to one question."""
        if descriptors:
            return str(self.fork(descriptors[0]))
        pid = int(question)
        self.reap([pid] if pid in self.children else [])
        return str(self.ends.pop(pid, "?"))

    def reap(self, pids: list[int]) -> None:
        """Collect the ended among `pids`. The youngest child is left out by `tend`: its process id
        must stay its own until the pool, which asks again only afterwards, has a grip on it."""
        for pid in pids:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self.children.remove(pid)
                self.ends[pid] = os.waitstatus_to_exitcode(status)
        while len(self.ends) > REMEMBERED:
            self.ends.pop(next(iter(self.ends)))

    def fork(self, descriptor: int) -> int:
        """A worker on `descriptor`; returns its process id (to the parent only)."""
        zygote = os.getpid()
        child = os.fork()
        if child:
            os.close(descriptor)
            self.children.append(child)
            self.ends.pop(child, None)
            return child
        status = 1
        try:
            os.setsid()
            self.control.close()
            status = serve(Wire(descriptor, descriptor), self.settings, self.run, zygote)
        finally:
            os._exit(status)


def main(descriptor: int, entry: str) -> None:
    """Warm up, then fork a worker per question until the pool goes away."""
    from app.sandbox.warm import warm

    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's to answer
    run = warm(entry)
    control.sendall(b"ready\n")
    Zygote(control, Settings(), run).tend()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
