"""A run that ended in a problem with a proposed repair in; the same with one repair of all that can
be mended, each step of it tried in a confined worker of its own, out."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

from msgspec.structs import replace

from app.errors import Problem
from app.protocol import Job, Outcome

#: repaired programs tried for one problem
TRIES = 4
#: seconds all tries may take together
SECONDS = 3.0
#: problems that say nothing about the program that was tried
UNTOLD = ("busy", "worker_reply", "worker_start", "reply_too_large")


class Runs(Protocol):
    """What runs the tries."""

    def has_room(self, job: Job) -> bool:
        """Whether a try would keep nobody waiting."""

    async def run(self, job: Job) -> Outcome:
        """See Pool."""


async def mended(pool: Runs, job: Job, outcome: Outcome) -> Outcome:
    """The problem's repair becomes the last of a chain: a repaired program that fails with another
    problem that can be repaired is repaired as well. What has been found out counts when the time
    is up; nothing is tried while others wait."""
    problem = outcome.problem
    if problem is None or problem.repair is None:
        return outcome
    chain = Chain(problem, job)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            await chain.follow(pool)
    return replace(outcome, problem=chain.problem)


class Chain:
    """The first problem, and how far its repair has come."""

    def __init__(self, problem: Problem, job: Job) -> None:
        self.problem = problem
        self.job = job
        self.seen = {job.source}

    async def follow(self, pool: Runs) -> None:
        """Try repair after repair, until one runs, fails for good or says nothing new."""
        for _ in range(TRIES):
            repair = self.problem.repair
            if repair is None or repair in self.seen or not pool.has_room(self.job):
                return
            self.seen.add(repair)
            tried = replace(self.job, source=repair)
            if not self._go_on(repair, (await pool.run(tried)).problem):
                return

    def _go_on(self, source: str, found: Problem | None) -> bool:
        """Whether what the repaired program failed with can be mended too."""
        if found is None or found.code in UNTOLD:
            return False
        told = quoted(found, source)
        if found.repair is None or found.repair in self.seen:
            self.problem = replace(self.problem, remains=told)
            return False
        mends = [*self.problem.mends, told]
        self.problem = replace(self.problem, repair=found.repair, mends=mends)
        return True


def quoted(problem: Problem, source: str) -> str:
    """The problem's message with the line it is about: other repairs may move it."""
    lines = source.split("\n")
    if problem.span is None or not 1 <= problem.span.line <= len(lines):
        return problem.message
    text = lines[problem.span.line - 1].strip()[:120]
    return f"{problem.message} ({text})"
