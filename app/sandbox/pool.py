"""Jobs in; outcomes of confined one-shot workers out, whatever the workers do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import msgspec

from app.errors import GradreelError, LimitError, Problem, WorkerError
from app.protocol import Job, Outcome, Progress, Slice, Sliced
from app.sandbox.channel import HEADER, Broken, TooLarge, read_reply
from app.sandbox.confine import probe
from app.settings import Settings

#: environment a zygote is given: nothing of the server's own
ENVIRONMENT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")


class Worker:
    """One forked process: its pidfd (signals cannot hit a reused pid) and its stream."""

    def __init__(self, pid: int, reader: Any, writer: Any) -> None:
        self.pid = pid
        self.handle = os.pidfd_open(pid)
        self.reader: asyncio.StreamReader = reader
        self.writer: asyncio.StreamWriter = writer
        self.used = time.monotonic()

    async def send(self, message: Any) -> None:
        """One request."""
        body = msgspec.json.encode(message)
        self.writer.write(HEADER.pack(len(body)) + body)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    def kill(self) -> None:
        """End it now; safe to call twice."""
        if self.handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            os.close(self.handle)
            self.handle = -1
        self.writer.close()


class Pool:
    """Keeps a zygote and some spare workers ready; runs each job in a worker of its own."""

    def __init__(self, settings: Settings, entry: str = "app.autograd:run") -> None:
        self.settings = settings
        self.entry = entry
        self.confinement = probe()
        self.spares: deque[Worker] = deque()
        self.documents: OrderedDict[str, Worker] = OrderedDict()
        self.slots = asyncio.Semaphore(settings.running_workers)
        self.zygote: asyncio.subprocess.Process | None = None
        self.control: socket.socket | None = None
        self.lines: asyncio.StreamReader | None = None
        self.keep_open: asyncio.StreamWriter | None = None  # dropping it would close the stream
        self.forking = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()
        self.is_closed = False
        self.runs = 0

    @property
    def ready(self) -> bool:
        """Whether a job would start at once."""
        return self.control is not None and not self.is_closed

    async def start(self) -> None:
        """Start the zygote, wait until it is warm, fork the spares."""
        async with self.forking:
            await self._start_zygote()
        await self._refill()
        self._background(self._tend())

    async def _start_zygote(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        environment = {k: os.environ[k] for k in ENVIRONMENT if k in os.environ}
        environment |= {k: v for k, v in os.environ.items() if k.startswith("GRADREEL_")}
        environment |= {
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        environment |= {
            "MALLOC_TRIM_THRESHOLD_": "268435456",
            "MALLOC_MMAP_THRESHOLD_": "134217728",
        }
        self.zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.sandbox.zygote", str(theirs.fileno()), self.entry),
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        theirs.close()
        self.control = ours
        self.lines, self.keep_open = await asyncio.open_connection(sock=ours.dup())
        line = await self.lines.readline()
        if line != b"ready\n":
            raise WorkerError("worker_start")

    async def close(self) -> None:
        """Kill everything."""
        self.is_closed = True
        for task in list(self.tasks):
            task.cancel()
        for worker in [*self.spares, *self.documents.values()]:
            worker.kill()
        self.spares.clear()
        self.documents.clear()
        if self.control:
            self.control.close()
            self.control = None
        if self.zygote and self.zygote.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.zygote.kill()
            await self.zygote.wait()

    async def _fork(self) -> Worker:
        """A new worker, restarting the zygote if it died."""
        async with self.forking:
            for _ in range(2):
                try:
                    return await self._fork_once()
                except (OSError, ValueError, Broken):
                    await self._restart()
            raise WorkerError("worker_start")

    async def _fork_once(self) -> Worker:
        if self.control is None or self.lines is None:
            raise Broken("no zygote")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            socket.send_fds(self.control, [b"fork"], [theirs.fileno()])
        finally:
            theirs.close()
        line = await self.lines.readline()
        if not line:
            ours.close()
            raise Broken("zygote died")
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        return Worker(int(line), reader, writer)

    async def _restart(self) -> None:
        if self.zygote and self.zygote.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.zygote.kill()
        await self._start_zygote()

    async def _take(self) -> Worker:
        while self.spares:
            worker = self.spares.popleft()
            if not worker.reader.at_eof():
                return worker
            worker.kill()
        return await self._fork()

    async def _refill(self) -> None:
        while len(self.spares) < self.settings.spare_workers and not self.is_closed:
            self.spares.append(await self._fork())

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _tend(self) -> None:
        """Take the worker from documents nobody has touched for a while."""
        while not self.is_closed:
            await asyncio.sleep(min(self.settings.session_idle_s / 4, 5))
            now = time.monotonic()
            for name, worker in list(self.documents.items()):
                if now - worker.used > self.settings.session_idle_s:
                    self.drop(name)

    def drop(self, session: str) -> None:
        """Forget a document's worker."""
        worker = self.documents.pop(session, None)
        if worker:
            worker.kill()

    async def run(
        self,
        job: Job,
        *,
        progress: Callable[[Progress], None] | None = None,
        session: str | None = None,
    ) -> Outcome:
        """Run a job; never raises for anything the job does. Cancelling the task kills the worker."""
        lang = job.options.lang
        size = len(job.source.encode("utf-8", "replace"))
        if size > self.settings.source_bytes:
            limit = self.settings.source_bytes // 1000
            words: dict[str, Any] = {"size": size // 1000, "limit": limit, "lang": lang}
            return Outcome(problem=LimitError("source_too_large", **words).problem)
        try:
            async with asyncio.timeout(self.settings.deadline_s * 2):
                await self.slots.acquire()
        except TimeoutError:
            return Outcome(problem=LimitError("busy", lang=lang).problem)
        try:
            return await self._run(job, progress, session)
        finally:
            self.slots.release()

    async def _run(
        self, job: Job, progress: Callable[[Progress], None] | None, session: str | None
    ) -> Outcome:
        try:
            worker = await self._take()
        except GradreelError as error:
            return Outcome(problem=error.problem)
        watch = _Watch(progress)
        keep = False
        self.runs += 1
        try:
            async with asyncio.timeout(self.settings.deadline_s):
                await worker.send(job)
                outcome = await self._outcome(worker, watch)
            keep = session is not None and outcome.graph is not None
        except Exception as error:
            outcome = Outcome(problem=self._why(error, watch, job.options.lang))
        finally:
            if not keep:
                worker.kill()
            self._background(self._refill())  # after the job: forking beside it would slow it
        if keep and session is not None:
            self._adopt(session, worker)
        return outcome

    async def _outcome(self, worker: Worker, watch: _Watch) -> Outcome:
        while True:
            reply = await read_reply(worker.reader, self.settings.reply_bytes)
            if isinstance(reply, Outcome):
                return reply
            if not isinstance(reply, Progress):
                raise msgspec.ValidationError("a slice nobody asked for")
            watch.note(reply)

    def _why(self, error: Exception, watch: _Watch, lang: str) -> Problem:
        """A worker that gave no outcome: late, dead, or lying."""
        if isinstance(error, TimeoutError):
            seconds = f"{self.settings.deadline_s:g}"
            return LimitError("deadline", lang=lang, seconds=seconds, count=watch.count).problem
        if isinstance(error, TooLarge):
            limit = self.settings.reply_bytes // 1_000_000
            return LimitError("reply_too_large", lang=lang, limit=limit).problem
        if isinstance(error, Broken):
            return LimitError("worker_died", lang=lang, limit=self.settings.memory_mib).problem
        return WorkerError("worker_reply", lang=lang).problem

    def _adopt(self, session: str, worker: Worker) -> None:
        """Keep a worker for its document, in place of the one before it."""
        self.drop(session)
        worker.used = time.monotonic()
        self.documents[session] = worker
        while len(self.documents) > self.settings.sessions:
            self.drop(next(iter(self.documents)))

    async def slice(self, session: str, request: Slice, lang: str = "en") -> Sliced:
        """Part of a tensor of the document's last run."""
        worker = self.documents.get(session)
        if worker is None:
            return Sliced(problem=LimitError("session_gone", lang=lang).problem)
        self.documents.move_to_end(session)
        worker.used = time.monotonic()
        try:
            async with asyncio.timeout(self.settings.deadline_s):
                await worker.send(request)
                while True:
                    reply = await read_reply(worker.reader, self.settings.reply_bytes)
                    if isinstance(reply, Sliced):
                        return reply
        except Exception as error:
            self.drop(session)
            return Sliced(problem=self._why(error, _Watch(None), lang))


class _Watch:
    """Passes progress on and remembers how far the job came; a flood of it ends the job."""

    def __init__(self, progress: Callable[[Progress], None] | None) -> None:
        self.progress = progress
        self.count = 0
        self.messages = 0

    def note(self, reply: Progress) -> None:
        self.messages += 1
        if self.messages > 10_000:
            raise Broken("flood")
        self.count = reply.count
        if self.progress:
            self.progress(reply)


def run_once(job: Job, settings: Settings) -> Outcome:
    """One job, for the command line: a pool of one worker, started and closed."""

    async def alone() -> Outcome:
        pool = Pool(settings.model_copy(update={"spare_workers": 0}))
        try:
            await pool.start()
            return await pool.run(job)
        finally:
            await pool.close()

    return asyncio.run(alone())
