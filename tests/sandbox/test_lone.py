"""The pool where nothing can fork: workers started one by one, with the same face."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from conftest import LIMITS, House, hurry

from app.sandbox.lone import LoneNursery


@pytest.fixture(scope="module")
def alone() -> Iterator[House]:
    built = House.__new__(House)
    built.runner = asyncio.Runner()
    from app.sandbox import Pool

    settings = LIMITS.model_copy(update={"spare_workers": 1})
    built.pool = Pool(settings, "attack_entry:run")
    built.pool.nursery = LoneNursery(settings, "attack_entry:run")
    built.runner.run(built.pool.start())
    yield built
    built.close()


def test_started_worker_answers(alone) -> None:
    alone.run("x = 2.5", session="a")
    assert alone.slice("a", "x").value.data == 2.5


def test_started_worker_meets_deadline(alone, monkeypatch) -> None:
    hurry(alone, monkeypatch)
    assert alone.code("while True: pass") == "deadline"


def test_started_worker_crash_is_named(alone) -> None:
    assert "exit 3" in alone.run("os._exit(3)").problem.message


def test_importing_costs_no_deadline(alone, monkeypatch) -> None:
    """The clock starts when the worker has greeted, however long torch took to load."""
    hurry(alone, monkeypatch)
    for spare in alone.pool.spares:
        spare.kill()
    alone.pool.spares.clear()
    assert alone.said("out = 'late but served'") == "late but served"
