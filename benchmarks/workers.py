"""Request to reply through the pool: a warm spare against a cold worker, in milliseconds.

    python benchmarks/workers.py [--jobs 40]

Four rows: an entry that computes nothing and app.autograd on the scalar neuron, each with a spare
waiting and with none (the fork and the worker's own first run are then part of the wait)."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.protocol import Job, Outcome
from app.sandbox import Pool
from app.settings import Settings

PROGRAMS = {
    "workers:trivial": "",
    "app.explain:run": "z = w*x + b\na = sigmoid(z)\nL = -(y log(a) + (1-y) log(1-a))",
}
#: seconds between jobs, in which the pool forks the next spare
PAUSE_S = 0.15


class Nothing:
    """What an entry that does nothing has finished."""

    def __init__(self) -> None:
        from app.errors import Problem

        self.outcome = Outcome(problem=Problem(code="nothing", message="", hint=""))


def trivial(job: Job, progress: object = None) -> Nothing:
    """The entry that does nothing."""
    return Nothing()


async def times_of(entry: str, source: str, spares: int, jobs: int) -> list[float]:
    """Milliseconds of each job."""
    pool = Pool(Settings(spare_workers=spares), entry)
    await pool.start()
    taken = []
    try:
        for _ in range(jobs):
            await asyncio.sleep(PAUSE_S)
            start = time.perf_counter()
            outcome = await pool.run(Job(source=source))
            taken.append((time.perf_counter() - start) * 1e3)
            if outcome.problem and outcome.problem.code != "nothing":
                raise SystemExit(outcome.problem.message)
    finally:
        await pool.close()
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=40)
    jobs = parser.parse_args().jobs
    sys.path.insert(0, str(Path(__file__).parent))  # the zygote imports `workers` from here
    print(f"{'entry':<20}{'worker':<8}{'p50':>8}{'p95':>8}{'best':>8}  ms, {jobs} jobs")
    for entry, source in PROGRAMS.items():
        for spares in (2, 0):
            taken = sorted(asyncio.run(times_of(entry, source, spares, jobs)))
            p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
            row = f"{p50:8.1f}{p95:8.1f}{taken[0]:8.1f}"
            print(f"{entry:<20}{'spare' if spares else 'cold':<8}{row}")


if __name__ == "__main__":
    main()
