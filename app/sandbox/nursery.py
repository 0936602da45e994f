"""A wish for workers in; forked ones out, from a zygote that is restarted whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys

from app.errors import WorkerError
from app.sandbox.device import CHOSEN, HIDDEN, kind_of
from app.sandbox.device import ENVIRONMENT as DRIVER
from app.sandbox.handle import PidGrip, Worker
from app.settings import Settings

#: environment a zygote is given: nothing that could be a secret of the server's
ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
#: seconds importing and warming torch may take
WARM_S = 180.0


class Nursery:
    """The server's side of the zygote. Forks one worker at a time."""

    def __init__(self, settings: Settings, entry: str) -> None:
        self.settings = settings
        self.entry = entry
        self.process: asyncio.subprocess.Process | None = None
        self.control: socket.socket | None = None
        self.lines: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.turn = asyncio.Lock()
        self.births = 0
        self.is_warm = False
        self.is_closed = False

    @property
    def is_alive(self) -> bool:
        """Whether a warm zygote is there to fork."""
        return self.is_warm and self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start the zygote, or start it anew. Raises WorkerError where it does not come up."""
        async with self.turn:
            if not self.is_alive:
                await self._start()

    async def fork(self) -> Worker:
        """A new worker. Raises WorkerError after the second failure in a row."""
        async with self.turn:
            for _ in range(0 if self.is_closed else 2):
                try:
                    if not self.is_alive:
                        await self._start()
                    return await self._fork()
                except (OSError, EOFError):
                    await self._stop()
            raise WorkerError("worker_start")

    async def fate(self, worker: Worker) -> int | None:
        """How a dead worker ended: its exit status, minus the signal that ended it, or None where
        it lives on or nobody knows."""
        if not await worker.grip.ended(0.5):
            return None
        async with self.turn:
            try:
                return int(await self._ask(str(worker.pid).encode()))
            except ValueError:
                return None  # asked twice
            except (OSError, EOFError):
                await self._stop()
                return None

    async def close(self) -> None:
        """End the zygote; every worker it forked ends with it."""
        self.is_closed = True
        async with self.turn:
            await self._stop()

    async def _start(self) -> None:
        await self._stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "app.sandbox.zygote"),
                *(str(theirs.fileno()), self.entry),
                pass_fds=[theirs.fileno()],
                env=environment(self.settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
            )
        self.control = ours
        self.lines, self.writer = await asyncio.open_connection(sock=ours.dup())
        try:
            line = await asyncio.wait_for(self.lines.readline(), WARM_S)
        except TimeoutError:
            line = b""
        if line != b"ready\n":
            await self._stop()
            raise WorkerError("worker_start")
        self.is_warm = True
        self.births += 1

    async def _stop(self) -> None:
        self.is_warm = False
        if self.writer:
            self.writer.close()
        if self.control:
            self.control.close()
        self.writer = self.control = self.lines = None
        if self.process:
            if self.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
            await self.process.wait()

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                pid = int(await self._ask(b"fork", theirs.fileno()))
            grip = PidGrip(pid)
        except (OSError, EOFError):
            ours.close()
            raise
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        return Worker(pid, grip, reader, writer)

    async def _ask(self, question: bytes, *descriptors: int) -> bytes:
        if self.control is None or self.lines is None:
            raise EOFError("no zygote")
        if descriptors:
            socket.send_fds(self.control, [question], descriptors)
        else:
            self.control.sendall(question)
        line = await self.lines.readline()
        if not line:
            raise EOFError("the zygote died")
        return line


def environment(settings: Settings, device: str = "cpu") -> dict[str, str]:
    """What a worker's memory may hold of the server's environment: paths, and numeric limits. Only
    a worker of a device sees a card: a driver initialised in the zygote would not survive its forks."""
    kind = kind_of(device)
    cards = HIDDEN if kind == "cpu" else {n: os.environ[n] for n in CHOSEN if n in os.environ}
    chosen = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    numbers = {k: v for k, v in settings.model_dump().items() if type(v) in (int, float)}
    return {
        **chosen,
        **cards,
        **DRIVER.get(kind, {}),
        **{f"GRADREEL_{name.upper()}": str(value) for name, value in numbers.items()},
        "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path),
        "OMP_NUM_THREADS": "1",
        "MALLOC_TRIM_THRESHOLD_": "268435456",
        "MALLOC_MMAP_THRESHOLD_": "134217728",
    }
