"""A worker process in; the server's hold on it (ask, halt, kill, wait for its end) out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from typing import Protocol

from app.graph import Struct
from app.protocol import Progress
from app.sandbox.channel import Broken, Dishonest, Replies, TooLarge, frame


class Grip(Protocol):
    """What can be done to a process whose id cannot have been given to another."""

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens where the process has ended."""

    async def ended(self, seconds: float) -> bool:
        """Whether the process ends within so many seconds."""

    def release(self) -> None:
        """Forget the process."""


class PidGrip:
    """Linux: a pidfd, opened while the process could not yet have been reaped."""

    def __init__(self, pid: int) -> None:
        self.descriptor = os.pidfd_open(pid)

    def signal(self, number: int) -> None:
        """See Grip."""
        if self.descriptor >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, number)

    async def ended(self, seconds: float) -> bool:
        """See Grip: a pidfd becomes readable when its process ends."""
        if self.descriptor < 0:
            return False
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        watched = os.dup(self.descriptor)
        loop.add_reader(watched, done.set)
        try:
            await asyncio.wait_for(done.wait(), seconds)
            return True
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(watched)
            os.close(watched)

    def release(self) -> None:
        """See Grip."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Worker:
    """One worker process and the stream to it."""

    def __init__(
        self, pid: int, grip: Grip, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.grip = grip
        self.reader = reader
        self.writer = writer
        self.used = time.monotonic()
        self.asking = asyncio.Lock()
        self.is_dead = False
        self.is_greeted = False
        self.born_with = 0

    async def greeted(self, seconds: float) -> bool:
        """Whether the worker, confined and warm, has said so within so many seconds."""
        if not self.is_greeted:
            try:
                async with asyncio.timeout(seconds):
                    hello = await Replies(self.reader, 1 << 10, 1).next()
                self.is_greeted = isinstance(hello, Progress)
                self.born_with = resident(self.pid)
            except (TimeoutError, Broken, Dishonest, TooLarge):
                return False
        return self.is_greeted and not self.reader.at_eof()

    @property
    def held(self) -> int:
        """Bytes of memory it has taken since it greeted."""
        return max(0, resident(self.pid) - self.born_with)

    async def send(self, message: Struct) -> None:
        """One request; a worker that no longer listens is noticed when its reply is read."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(frame(message))
            await self.writer.drain()

    def halt(self) -> None:
        """Let it run no further until `resume`: a finished program's threads cost nothing then."""
        if hasattr(signal, "SIGSTOP"):
            self.grip.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again."""
        if hasattr(signal, "SIGCONT"):
            self.grip.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it now; safe to call twice."""
        if not self.is_dead:
            self.is_dead = True
            self.grip.signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self.grip.release()
            self.writer.close()


def resident(pid: int) -> int:
    """Bytes of a process in memory that no file lends; 0 where nobody says."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            _, whole, lent, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return (whole - lent) * os.sysconf("SC_PAGE_SIZE")
