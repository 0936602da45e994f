"""Orders in; files out, each drawn by a process of its own kind that is killed when it takes too
long, when nobody waits any more, after so many orders, and when the fonts and scripts it read are
replaced."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time

import msgspec

from app.assets import stamp
from app.errors import LimitError, Problem, Refused
from app.export.formats import Report, silent
from app.export.order import COUNTS, FILE, HEADER, PROBLEM, READY, REPORT, Order, frame
from app.export.scratch import new_folder, remove
from app.sandbox.nursery import environment
from app.settings import Settings

#: what the process runs
ENTRY = "app.export.press"
#: seconds a process may take to start
START_S = 60.0
#: orders that may wait, for each that is drawn
WAITING_EACH = 8


class Press:
    """The server's hold on one drawing process."""

    def __init__(self, process: asyncio.subprocess.Process, scratch: str) -> None:
        self.process = process
        self.scratch = scratch
        self.orders = 0
        self.used = time.monotonic()
        self.stamp = stamp()

    @classmethod
    async def start(cls, settings: Settings, entry: str = ENTRY) -> Press:
        """A process, ready. Raises LimitError where none comes up."""
        try:
            scratch = new_folder()
        except OSError as error:
            raise LimitError("export_failed") from error
        press: Press | None = None
        try:
            async with asyncio.timeout(START_S):
                press = cls(await _process(settings, entry, scratch), scratch)
                if (await press.next(0))[0] != READY:
                    raise EOFError("no greeting")
            return press
        except BaseException as error:
            if press is not None:
                await press.kill()
            remove(scratch)
            if isinstance(error, (TimeoutError, EOFError, OSError)):
                raise LimitError("export_failed") from error
            raise

    async def next(self, limit: int) -> tuple[bytes, bytes]:
        """The next frame. Raises EOFError where the process has ended or talks nonsense."""
        assert self.process.stdout is not None
        try:
            kind, size = HEADER.unpack(await self.process.stdout.readexactly(HEADER.size))
            if size > limit:
                raise EOFError("more than any file")
            return kind, await self.process.stdout.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("ended") from error

    async def draw(self, order: Order, limit: int, report: Report) -> bytes | Problem:
        """One order drawn. Raises EOFError where the process ends meanwhile."""
        assert self.process.stdin is not None
        self.orders += 1
        with contextlib.suppress(ConnectionError):
            self.process.stdin.write(frame(b"o", msgspec.json.encode(order)))
            await self.process.stdin.drain()
        while True:
            kind, body = await self.next(limit)
            if kind == REPORT:
                report(*COUNTS.unpack(body))
            elif kind == PROBLEM:
                return msgspec.json.decode(body, type=Problem)
            elif kind == FILE:
                return body
            else:
                raise EOFError("no such frame")

    async def kill(self) -> None:
        """End it, and what it left behind."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin:
            self.process.stdin.close()
        await self.process.wait()
        await asyncio.to_thread(remove, self.scratch)


async def _process(settings: Settings, entry: str, scratch: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", entry, str(os.getpid()), scratch),
        # a home must be known: libraries ask for it, and /etc/passwd is out of reach
        env={**environment(settings), "TMPDIR": scratch, "HOME": scratch},
        stdin=pipe,
        stdout=pipe,
        start_new_session=True,
    )


class Lane:
    """`count` processes, each drawing `uses` files before a fresh one takes its place."""

    def __init__(self, settings: Settings, count: int, uses: int, entry: str = ENTRY) -> None:
        self.settings = settings
        self.entry = entry
        self.uses = uses
        self.turns = asyncio.Semaphore(count)
        self.most = count * WAITING_EACH
        self.waiting = 0
        self.idle: list[Press] = []
        self.dying: set[asyncio.Future[None]] = set()
        self.is_closed = False

    async def draw(self, order: Order, report: Report = silent) -> bytes:
        """The file. Raises LimitError: `busy`, `export_deadline`, `export_memory`, `export_file`,
        `export_failed`; Refused with what
        the format says. Cancelling the task kills the process."""
        lang = order.how.lang
        if self.waiting >= self.most or self.is_closed:
            raise LimitError("busy", lang=lang)
        self.waiting += 1
        try:
            await self.turns.acquire()
        finally:
            self.waiting -= 1
        try:
            return await self._draw(order, report)
        finally:
            self.turns.release()

    async def _draw(self, order: Order, report: Report) -> bytes:
        seconds, lang = self.settings.export_s, order.how.lang
        press = self._current() or await Press.start(self.settings, self.entry)
        found: bytes | Problem | None = None
        try:
            async with asyncio.timeout(seconds):
                found = await press.draw(order, self.settings.export_file_mib << 20, report)
        except TimeoutError as error:
            raise LimitError("export_deadline", lang=lang, limit=f"{seconds:g}") from error
        except EOFError as error:
            raise LimitError("export_failed", lang=lang) from error
        finally:
            self._put_back(press, isinstance(found, bytes))
        if isinstance(found, Problem):
            raise Refused(found)
        return found

    def _current(self) -> Press | None:
        """An idle process that knows the fonts and scripts of today: an older one remembers, and
        may read, only those that were there when it started."""
        now = stamp() if self.idle else ()
        while self.idle:
            press = self.idle.pop()
            if press.stamp == now:
                return press
            self._end(press)
        return None

    def _put_back(self, press: Press, is_fine: bool) -> None:
        if is_fine and press.orders < self.uses and not self.is_closed:
            press.used = time.monotonic()
            self.idle.append(press)
            return
        self._end(press)

    def _end(self, press: Press) -> None:
        end = asyncio.ensure_future(press.kill())
        self.dying.add(end)
        end.add_done_callback(self.dying.discard)

    def retire(self, seconds: float, keep: int) -> None:
        """End what nobody has needed for so long, all but the `keep` used last."""
        now = time.monotonic()
        for press in self.idle[: max(0, len(self.idle) - keep)]:
            if now - press.used >= seconds:
                self.idle.remove(press)
                self._end(press)

    async def warm(self) -> None:
        """Have one process ready before the first order."""
        with contextlib.suppress(LimitError):
            async with self.turns:
                if not self.idle and not self.is_closed:
                    self.idle.append(await Press.start(self.settings, self.entry))

    async def close(self) -> None:
        """End every process."""
        self.is_closed = True
        while self.idle:
            await self.idle.pop().kill()
        if self.dying:
            await asyncio.gather(*self.dying, return_exceptions=True)
