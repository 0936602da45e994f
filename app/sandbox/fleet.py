"""Jobs in; each run by the pool of the device it asks for, out."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from app.errors import WorkerError
from app.explanations import Answer, Question
from app.protocol import Job, Outcome
from app.sandbox.nursery import WARM_S
from app.sandbox.pool import Pool
from app.settings import Settings

log = logging.getLogger("gradreel")


class Fleet(Pool):
    """The pool of the CPU, and one of workers started ahead for each other device."""

    def __init__(self, settings: Settings, entry: str = "app.explain:run") -> None:
        super().__init__(settings, entry)
        self.entry = entry
        self.others: dict[str, Pool] = {}

    async def admit(self, names: list[str]) -> None:
        """Start workers for these devices; one that does not come up is left out and logged."""
        spares = {"spare_workers": self.settings.device_workers}
        for name in names:
            pool = Pool(self.settings.model_copy(update=spares), self.entry, name)
            try:
                await pool.start()
                if pool.spares and not await pool.spares[0].greeted(WARM_S):
                    raise WorkerError("worker_start")
                self.others[name] = pool
            except (WorkerError, OSError):
                log.exception("no worker for %s", name)
                await pool.close()

    async def run(self, job: Job, *, session: str | None = None, **news: Any) -> Outcome:
        """See Pool. The document's worker on another device goes once it has a new one."""
        other = self.others.get(job.options.device)
        if other is None:
            outcome = await super().run(job, session=session, **news)
        else:
            outcome = await other.run(job, session=session, **news)
        if session is not None:
            for pool in self.pools:
                if pool is not (other or self) and session in (other or self).documents:
                    pool.documents.drop(session)
        return outcome

    def has_room(self, job: Job) -> bool:
        """See Pool."""
        other = self.others.get(job.options.device)
        return other.has_room(job) if other else super().has_room(job)

    @property
    def pools(self) -> list[Pool]:
        """All of them."""
        return [self, *self.others.values()]

    async def ask(self, session: str, question: Question, lang: str = "en") -> Answer:
        """See Pool."""
        for pool in self.others.values():
            if session in pool.documents:
                return await pool.ask(session, question, lang)
        return await super().ask(session, question, lang)

    def drop(self, session: str) -> None:
        """See Pool."""
        for pool in self.pools:
            pool.documents.drop(session)

    async def close(self) -> None:
        """Kill everything."""
        await asyncio.gather(*(pool.close() for pool in self.others.values()))
        await super().close()
