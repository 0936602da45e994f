"""Whole networks: what recording costs, how soon the folded picture is there, how soon a block opens.

Pictures are timed as the page gets them: through the pool of confined workers and the layout
process. Memory is the peak of a process that runs the program and records it, against one that
only runs it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

from msgspec.structs import replace

from app.graph import Graph
from app.layout import LayoutPool
from app.protocol import Sketch
from app.sandbox import Pool
from app.settings import Settings
from app.web.draw import Changes, Drawable, drawn
from app.web.messages import FoldMessage, View
from benchmarks.child import measured
from benchmarks.programs import Program, programs

#: the stage of a 1440 × 900 window, px
ROOM = (657.0, 755.0)
ROUNDS = 3
HEAD = [
    "| network | nodes | cards | capture (≤ 1.10×) | picture (≤ 500 ms) | with all numbers | open a block (≤ 150 ms) | peak memory (≤ 1.5×) | in all |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
]


def folded(view: View) -> list[str]:
    """The folded cards of a picture."""
    marks = view.picture.marks
    return [str(m.scope) for m in marks if m.role == "card" and m.kind == "folded" and m.scope]


class Timed:
    """One network's times, in ms; the last run's graph. `pictures` are the first ones, of an outline
    where there is one; `wholes` those of the whole graph."""

    def __init__(self) -> None:
        self.pictures: list[float] = []
        self.wholes: list[float] = []
        self.opens: list[float] = []
        self.totals: list[float] = []
        self.cards = 0
        self.graph: Graph | None = None

    async def run(self, program: Program, pool: Pool, layouts: LayoutPool) -> None:
        """From the request to the picture, then every folded card of it opened in turn."""
        start = time.perf_counter()
        outlined: list[asyncio.Future[float]] = []

        async def drawn_of(sketch: Sketch) -> float:
            run = Drawable.of(sketch.graph, None)
            await drawn(layouts, run, Changes(lang="en", room=ROOM))
            return (time.perf_counter() - start) * 1e3

        def watch(sketch: Sketch) -> None:
            if sketch.is_outline:
                outlined.append(asyncio.ensure_future(drawn_of(sketch)))

        outcome = await pool.run(replace(program.job, is_watched=True), sketch=watch)
        if outcome.graph is None:
            raise SystemExit(f"{program.name}: {outcome.problem}")
        run = Drawable.of(outcome.graph, outcome.autograd)
        views, _, _ = await drawn(layouts, run, Changes(lang="en", room=ROOM))
        total = (time.perf_counter() - start) * 1e3
        took = outcome.graph.run.timings_ms
        before = took["parse"] + took["run"]
        self.graph = outcome.graph
        self.totals.append(total)
        self.wholes.append(total - before)
        self.pictures.append((await outlined[0] if outlined else total) - before)
        self.cards = sum(m.role == "card" for m in views.program.picture.marks)
        for card in folded(views.program)[:8]:
            start = time.perf_counter()
            fold = FoldMessage(id=1, opened=[card], closed=[])
            await drawn(layouts, run, Changes(lang="en", room=ROOM, fold=fold))
            self.opens.append((time.perf_counter() - start) * 1e3)


async def times_of(program: Program) -> Timed:
    """Through a pool of its own, once warm."""
    limits = Settings(deadline_s=60, spare_workers=1)
    pool, layouts = Pool(limits), LayoutPool(1, 30)
    await pool.start()
    found = Timed()
    try:
        await Timed().run(programs(is_wide=False)["vae"], pool, layouts)  # warms the layout process
        for _ in range(ROUNDS):
            await asyncio.sleep(0.3)
            await found.run(program, pool, layouts)
    finally:
        layouts.close()
        await pool.close()
    return found


def rows() -> Iterator[str]:
    """A Markdown table, a network a line."""
    yield from HEAD
    for name, program in programs().items():
        cost = measured("capture", name)
        plain, ours = measured("bare", name), measured("gradreel", name)
        found = asyncio.run(times_of(program))
        nodes = len(found.graph.nodes) if found.graph else 0
        left = [d for d in found.graph.diagnostics if d.code == "left_out"] if found.graph else []
        yield (
            f"| {program.title} | {nodes:,}{' shown' if left else ''} | {found.cards} "
            f"| {cost['ratio']:.2f}× | {statistics.median(found.pictures):,.0f} ms "
            f"| {statistics.median(found.wholes):,.0f} ms "
            f"| {statistics.median(found.opens or [0]):.0f} ms, worst {max(found.opens or [0]):.0f} "
            f"| {ours['peak_mib'] / plain['peak_mib']:.2f}× ({ours['peak_mib']:,.0f} MiB) "
            f"| {statistics.median(found.totals) / 1e3:.2f} s |"
        )
