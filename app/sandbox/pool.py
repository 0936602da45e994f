"""Jobs in; outcomes of confined one-shot workers out, whatever the workers do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from app.errors import GradreelError, LimitError, WorkerError
from app.explanations import Answer, Question, Unanswered
from app.protocol import Job, Outcome, Progress, Sketch
from app.sandbox.channel import Broken, Dishonest, Replies
from app.sandbox.confine import probe
from app.sandbox.device import has_driver
from app.sandbox.documents import Documents
from app.sandbox.handle import Worker
from app.sandbox.lone import LoneNursery
from app.sandbox.mend import mended
from app.sandbox.nursery import WARM_S, Nursery
from app.sandbox.verdict import verdict
from app.sandbox.watch import Watch, reports_allowed
from app.settings import Settings

#: jobs that may wait, for each that may run
WAITING_PER_RUNNING = 4
#: seconds a job runs alone before a spare is forked beside it; forking would slow a short one
REFILL_AFTER_S = 0.25


class Pool:
    """Keeps a zygote and some spare workers ready; runs each job in a worker of its own."""

    def __init__(
        self, settings: Settings, entry: str = "app.explain:run", device: str = "cpu"
    ) -> None:
        self.settings = settings
        self.confinement = probe()
        can_fork = sys.platform == "linux" and hasattr(os, "pidfd_open")
        self.nursery: Nursery | LoneNursery = (
            Nursery(settings, entry)
            if can_fork and device == "cpu"
            else LoneNursery(settings, entry, device)
        )
        self.spares: deque[Worker] = deque()
        self.documents = Documents(
            settings.sessions, settings.session_idle_s, settings.sessions_mib << 20
        )
        self.slots = asyncio.Semaphore(settings.running_workers)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.refilling: asyncio.Task[None] | None = None
        self.is_closed = False
        self.waiting = 0
        self.runs = 0

    @property
    def ready(self) -> bool:
        """Whether a job would start at once."""
        return self.nursery.is_alive and not self.is_closed

    def has_room(self, job: Job) -> bool:
        """Whether one more run would keep nobody waiting."""
        return self.waiting == 0 and not self.slots.locked()

    async def start(self) -> None:
        """Start the zygote, wait until it is warm, fork the spares. Raises WorkerError."""
        await self.nursery.start()
        await self._refill()
        self._background(self._tend())

    async def close(self) -> None:
        """Kill everything."""
        self.is_closed = True
        for task in list(self.tasks):
            task.cancel()
        for worker in self.spares:
            worker.kill()
        self.spares.clear()
        self.documents.clear()
        await self.nursery.close()

    def drop(self, session: str) -> None:
        """Forget a document's worker."""
        self.documents.drop(session)

    async def run(
        self,
        job: Job,
        *,
        progress: Callable[[Progress], None] | None = None,
        sketch: Callable[[Sketch], None] | None = None,
        session: str | None = None,
    ) -> Outcome:
        """Run a job; never raises for anything the job does. Cancelling the task kills the worker.

        With a `session` the worker then waits, halted, for `ask`."""
        lang = job.options.lang
        size = len(job.source.encode("utf-8", "replace"))
        if size > self.settings.source_bytes:
            kilobytes, limit = size // 1000, self.settings.source_bytes // 1000
            error = LimitError("source_too_large", lang=lang, size=kilobytes, limit=limit)
            return Outcome(problem=error.problem)
        if not await self._slot():
            return Outcome(problem=LimitError("busy", lang=lang).problem)
        try:
            return await self._run(job, Watch(progress, sketch), session)
        finally:
            self.slots.release()

    async def _slot(self) -> bool:
        """Wait for a turn; not behind too many others, and not for ever."""
        if self.waiting >= self.settings.running_workers * WAITING_PER_RUNNING:
            return False
        self.waiting += 1
        try:
            async with asyncio.timeout(self.settings.deadline_s * 2):
                return await self.slots.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1

    async def _run(self, job: Job, watch: Watch, session: str | None) -> Outcome:
        self.runs += 1
        births = self.nursery.births
        outcome = await self._attempt(job, watch, session)
        is_unread = outcome.problem is not None and outcome.problem.code == "worker_reply"
        if is_unread and await self._was_orphaned(births):  # the zygote died, not the program
            while self.spares:  # they die with it, and may not have been seen to
                self.spares.pop().kill()
            return await self._attempt(job, watch, session)
        return outcome

    async def _was_orphaned(self, births: int) -> bool:
        """Whether the zygote died meanwhile; the news of it may come a little after the worker's."""
        for _ in range(20):
            if not self.nursery.is_alive or births != self.nursery.births:
                return True
            await asyncio.sleep(0.02)
        return False

    async def _attempt(self, job: Job, watch: Watch, session: str | None) -> Outcome:
        worker: Worker | None = None
        refill = asyncio.get_running_loop().call_later(REFILL_AFTER_S, self._refill_soon)
        try:
            worker = await self._take()
            outcome = await self._outcome(worker, job, watch)
            if session is not None and is_kept(outcome):
                self.documents.adopt(session, worker)
                worker = None
            return outcome
        except Exception as error:
            fate = await self.nursery.fate(worker) if worker and type(error) is Broken else None
            lang = job.options.lang
            return Outcome(problem=verdict(error, fate, watch, self.settings, lang))
        finally:
            refill.cancel()
            if worker is not None:
                worker.kill()
            self._refill_soon()

    async def _outcome(self, worker: Worker, job: Job, watch: Watch) -> Outcome:
        limits = self.settings
        replies = Replies(worker.reader, limits.reply_bytes, reports_allowed(limits.deadline_s))
        async with asyncio.timeout(limits.deadline_s):
            await worker.send(job)
            while isinstance(reply := await replies.next(), (Progress, Sketch)):
                watch.note(reply)
        if not isinstance(reply, Outcome):
            raise Dishonest("an answer nobody asked for")
        return reply

    async def ask(self, session: str, question: Question, lang: str = "en") -> Answer:
        """What the worker of the document's last run answers."""
        worker = self.documents.touch(session)
        if worker is None:
            return Unanswered(problem=LimitError("session_gone", lang=lang).problem)
        try:
            async with worker.asking:
                worker.resume()
                answer = await self._answer(worker, question)
                worker.halt()
                return answer
        except BaseException as error:  # a cancelled question leaves its answer in the stream
            was_dropped = worker.is_dead
            if self.documents.workers.get(session) is worker:
                self.documents.drop(session)
            if not isinstance(error, Exception):
                raise
            if was_dropped:
                return Unanswered(problem=LimitError("session_gone", lang=lang).problem)
            problem = verdict(error, None, Watch(None), self.settings, lang)
            return Unanswered(problem=problem)

    async def _answer(self, worker: Worker, question: Question) -> Answer:
        async with asyncio.timeout(self.settings.deadline_s):
            await worker.send(question)
            reply = await Replies(worker.reader, self.settings.reply_bytes, 1).next()
        if isinstance(reply, (Progress, Sketch, Outcome)):
            raise Dishonest("no answer")
        return reply

    async def _take(self) -> Worker:
        """A worker that has greeted: a spare, or one forked now. Raises WorkerError."""
        for _ in range(len(self.spares) + 2):
            worker = self.spares.popleft() if self.spares else await self._born()
            try:
                if await worker.greeted(WARM_S):
                    return worker
            except asyncio.CancelledError:
                worker.kill()
                raise
            worker.kill()
        raise WorkerError("worker_start")

    async def _born(self) -> Worker:
        """A new worker; if nobody waits for it any more, it becomes a spare."""
        birth = asyncio.ensure_future(self.nursery.fork())
        try:
            return await asyncio.shield(birth)
        except asyncio.CancelledError:
            birth.add_done_callback(self._keep)
            raise

    def _keep(self, birth: asyncio.Future[Worker]) -> None:
        if birth.cancelled() or birth.exception() is not None:
            return
        if self.is_closed or len(self.spares) >= self.settings.spare_workers:
            birth.result().kill()
        else:
            self.spares.append(birth.result())

    def _refill_soon(self) -> None:
        if not self.is_closed and (self.refilling is None or self.refilling.done()):
            self.refilling = self._background(self._refill())

    async def _refill(self) -> None:
        self.spares = deque(spare for spare in self.spares if not spare.reader.at_eof())
        while len(self.spares) < self.settings.spare_workers and not self.is_closed:
            self.spares.append(await self._born())

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _tend(self) -> None:
        """Restart a dead zygote; take the worker from documents nobody has touched for a while."""
        while not self.is_closed:
            await asyncio.sleep(min(self.settings.session_idle_s / 4, 1.0))
            self.documents.sweep()
            if not self.nursery.is_alive:
                self.spares.clear()
                self._refill_soon()


def is_kept(outcome: Outcome) -> bool:
    """Whether a run drew something its document will ask about."""
    return outcome.graph is not None and (outcome.problem is None or bool(outcome.graph.nodes))


def run_once(job: Job, settings: Settings, entry: str = "app.explain:run") -> Outcome:
    """One job, for the command line: a pool of one worker, started and closed."""
    return run_and_ask(job, (), settings, entry)[0]


def run_and_ask(
    job: Job,
    questions: Sequence[Question],
    settings: Settings,
    entry: str = "app.explain:run",
) -> tuple[Outcome, list[Answer]]:
    """One job, and what its worker, confined as before, answers to the questions about it: an
    answer for each, none where the job failed."""

    async def alone() -> tuple[Outcome, list[Answer]]:
        few = settings.model_copy(update={"spare_workers": 0, "sessions": min(1, len(questions))})
        device = job.options.device
        pool = Pool(few, entry, device if has_driver(device) else "cpu")
        try:
            await pool.start()
            outcome = await pool.run(job, session="alone" if questions else None)
            if outcome.problem is not None:
                return await mended(pool, job, outcome), []
            lang = job.options.lang
            return outcome, [await pool.ask("alone", each, lang) for each in questions]
        except GradreelError as error:
            return Outcome(problem=error.problem), []
        finally:
            await pool.close()

    return asyncio.run(alone())
