"""Repairs of programs in; one repair of all that can be mended, tried and bounded, out."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from app.errors import Problem
from app.protocol import Job, Options, Outcome
from app.sandbox import mend
from app.sandbox.mend import TRIES, mended
from tests.web.pools import CountingPool

PASTED = """import torch
import torch.nn as nn

class SimpleNet(nn.Module):
def __init__(self):
super().__init__()
self.fc1 = nn.Linear(10, 5)

def forward(self, x):
y_hat = torch.sigmoid(self.fc1(x).sum(1, keepdim=True))
return y_hat

net = SimpleNet()
criterion = nn.BCELoss()
labels = torch.tensor([1.0])
outputs = net(torch.randn(1, 10))
loss = criterion(outputs, labels)
loss.backward()
"""


class Failing(CountingPool):
    """Every program fails, and each repair is one character longer than the program."""

    def __init__(self, room: int = 99, seconds: float = 0, grows: str = "x") -> None:
        super().__init__()
        self.room, self.seconds, self.grows = room, seconds, grows

    def has_room(self, job: Job) -> bool:
        return self.runs < self.room

    async def run(self, job: Job, session: str | None = None) -> Outcome:
        self.runs += 1
        await asyncio.sleep(self.seconds)
        return failed(job.source, job.source + self.grows)


def failed(source: str, repair: str | None) -> Outcome:
    message = f"{len(source)} is wrong"
    return Outcome(problem=Problem(code="wrong", message=message, hint="", repair=repair))


def chain(pool: CountingPool, job: Job, repair: str | None) -> Problem:
    outcome = asyncio.run(mended(pool, job, failed(job.source, repair)))
    assert outcome.problem is not None
    return outcome.problem


@pytest.mark.parametrize("lang", ["en", "es"])
def test_one_repair_mends_all(lang: str) -> None:
    pool, job = CountingPool(), Job(source=PASTED, options=Options(lang=lang))
    first = asyncio.run(pool.run(job))
    problem = asyncio.run(mended(pool, job, first)).problem
    assert problem is not None and problem.repair is not None
    assert first.problem is not None and problem.message == first.problem.message
    assert problem.code == "lost_indentation" and problem.remains is None
    (also,) = problem.mends
    assert "criterion(outputs, labels)" in also
    again = asyncio.run(pool.run(replace(job, source=problem.repair)))
    assert again.problem is None and again.graph is not None and again.graph.root


def test_what_cannot_be_mended_is_told() -> None:
    job = Job(source=PASTED + "undefined_thing(3)\n")
    pool = CountingPool()
    problem = asyncio.run(mended(pool, job, asyncio.run(pool.run(job)))).problem
    assert problem is not None and problem.remains is not None
    assert len(problem.mends) == 1 and "(undefined_thing(3))" in problem.remains


def test_tries_are_bounded() -> None:
    pool = Failing()
    problem = chain(pool, Job(source="a"), "ab")
    assert pool.runs == TRIES and len(problem.mends) == TRIES
    assert problem.repair == "ab" + "x" * TRIES


def test_repair_that_changes_nothing_ends_the_chain() -> None:
    pool = Failing(grows="")
    assert chain(pool, Job(source="a"), "ab").remains == "2 is wrong"
    assert chain(pool, Job(source="a"), "a").remains is None
    assert pool.runs == 1


def test_nothing_is_tried_while_others_wait() -> None:
    pool = Failing(room=1)
    assert chain(pool, Job(source="a"), "ab").repair == "abx" and pool.runs == 1


def test_time_for_all_tries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mend, "SECONDS", 0.05)
    assert chain(Failing(seconds=60), Job(source="a"), "ab").repair == "ab"


def test_program_without_repair_is_not_tried() -> None:
    pool = Failing()
    assert chain(pool, Job(source="a"), None).repair is None and pool.runs == 0
