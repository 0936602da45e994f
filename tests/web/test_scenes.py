"""Runs of saved states: shared, remembered by content, bounded, their problems typed."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from app.errors import LimitError, Refused
from app.store.code import Saved
from app.web.scenes import FAULT_BYTES, Runs, how_of
from app.web.status import status_of
from tests.web.pools import CountingPool


def test_same_run_is_made_once() -> None:
    async def story() -> None:
        pool = CountingPool()
        runs = Runs(pool, 1 << 20)
        states = [Saved(v=1, source="x = 3.0\ny = x * x", step=n) for n in range(4)]
        found = await asyncio.gather(*(runs.run(saved) for saved in states))
        assert pool.runs == 1 and len({id(one) for one in found}) == 1
        assert found[0].graph.nodes and found[0].autograd
        await runs.run(Saved(v=1, source="x = 4.0\ny = x * x"))
        assert pool.runs == 2

    asyncio.run(story())


def test_memory_of_runs_is_bounded() -> None:
    async def story() -> None:
        pool = CountingPool()
        runs = Runs(pool, 9_000)
        for number in range(6):
            await runs.run(Saved(v=1, source=f"x = {number}.0\ny = x * x"))
        assert 0 < runs.size <= 9_000 and len(runs.kept) < 6
        await runs.run(Saved(v=1, source="x = 0.0\ny = x * x"))
        assert pool.runs == 7

    asyncio.run(story())


def test_fault_is_the_programs_and_remembered() -> None:
    async def story() -> None:
        pool = CountingPool()
        runs = Runs(pool, 1 << 20)
        for _ in range(2):
            with pytest.raises(Refused) as error:
                await runs.run(Saved(v=1, source="import torch\ntorch.nope"), "es")
            assert status_of(error.value.problem) == 422
        assert pool.runs == 1

    asyncio.run(story())


def test_passing_and_long_faults_are_not_remembered() -> None:
    async def story() -> None:
        runs = Runs(None, 1 << 20)
        runs._remember_fault("k", LimitError("busy").problem)
        assert not runs.faults and status_of(LimitError("busy").problem) == 503
        long = msgspec.structs.replace(
            LimitError("deadline", seconds=1, place="").problem, hint="a" * FAULT_BYTES
        )
        runs._remember_fault("k", long)
        assert not runs.faults

    asyncio.run(story())


def test_query_text_becomes_typed() -> None:
    saved = Saved(v=1, source="x", theme="dark", step=4, opened=["s1"])
    how = how_of(saved, "es", scale="2", step="3")
    assert (how.theme, how.step, how.scale, how.opened) == ("dark", 3, 2.0, ["s1"])


@pytest.mark.parametrize(
    "wrong",
    [{"scale": "1e9"}, {"scale": "nan"}, {"scale": "-1"}, {"step": "1.5"}, {"step": "1e99"},
     {"step": str(2**70)}, {"theme": "pink"}, {"crop": "x"}, {"title": "t" * 300}, {"step": "٣x"}],
)  # fmt: skip
def test_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        how_of(Saved(v=1, source="x"), **wrong)
