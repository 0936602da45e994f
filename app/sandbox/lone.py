"""A wish for workers in; ones started from nothing out, on machines that cannot fork safely.

macOS, Windows and Linux before pidfd, and devices whose driver no fork survives: each worker imports torch for itself (seconds, hence the
spares) and is bounded by resource limits where there are any. Run as
`python -m app.sandbox.lone ENTRY DEVICE`, it talks over its standard streams."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from app.errors import WorkerError
from app.sandbox.channel import Wire
from app.sandbox.device import initialise
from app.sandbox.handle import Worker
from app.sandbox.nursery import environment
from app.settings import Settings


class ProcessGrip:
    """A child of the server's own: its process id stays its own until the server has waited."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def signal(self, number: int) -> None:
        """See Grip."""
        with contextlib.suppress(ProcessLookupError, ValueError):
            self.process.send_signal(number)

    async def ended(self, seconds: float) -> bool:
        """See Grip."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), seconds)
        return self.process.returncode is not None

    def release(self) -> None:
        """See Grip: asyncio waits for its children."""


class LoneNursery:
    """Starts workers one by one; the same face as Nursery."""

    def __init__(self, settings: Settings, entry: str, device: str = "cpu") -> None:
        self.settings = settings
        self.entry = entry
        self.device = device
        self.births = 0
        self.is_alive = True
        self.born: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        """There is nothing to start."""

    async def fork(self) -> Worker:
        """A new worker, still importing torch. Raises WorkerError where none can be started."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "app.sandbox.lone", self.entry, self.device),
                env=environment(self.settings, self.device),
                stdin=pipe,
                stdout=pipe,
                limit=1 << 20,
            )
        except OSError as error:
            raise WorkerError("worker_start") from error
        if process.stdin is None or process.stdout is None:
            raise WorkerError("worker_start")
        self.born = [each for each in self.born if each.returncode is None] + [process]
        grip = ProcessGrip(process)
        return Worker(process.pid, grip, process.stdout, process.stdin)

    async def fate(self, worker: Worker) -> int | None:
        """See Nursery."""
        if isinstance(worker.grip, ProcessGrip) and await worker.grip.ended(0.5):
            return worker.grip.process.returncode
        return None

    async def close(self) -> None:
        """End every worker."""
        for process in self.born:
            ProcessGrip(process).signal(9)
            await process.wait()


def main(entry: str, device: str) -> None:
    """Be one worker on the standard streams."""
    parent = os.getppid()
    from app.sandbox.warm import WARM_UP, warm
    from app.sandbox.worker import serve

    wire = Wire(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # what warming prints is no frame
    if sys.platform == "win32":
        import msvcrt

        for stream in (wire.source, wire.sink):
            msvcrt.setmode(stream, os.O_BINARY)
    run = warm(entry)
    if device != "cpu":
        initialise(device, run, WARM_UP)
    status = serve(wire, Settings(), run, parent, device)
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
