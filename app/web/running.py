"""A run under way in; how far it is, and what it has come to, told to the page, out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from app.protocol import Outcome, Progress, Sketch
from app.web.draw import Drawable, drawn
from app.web.messages import ProgressMessage, RunMessage, SketchMessage

if TYPE_CHECKING:
    from app.web.live import Document

#: milliseconds of running nobody needs to be told of
SHORT_MS = 150


class Running:
    """One run of a document, and its news."""

    def __init__(self, document: Document, message: RunMessage) -> None:
        self.document = document
        self.message = message
        self.start = time.perf_counter()
        self.news: set[asyncio.Future[None]] = set()
        self.drawing: asyncio.Future[None] | None = None
        self.is_outlined = False

    async def outcome(self) -> Outcome:
        """What the run comes to; an outline of it is told before."""
        pool, name = self.document.pool, self.document.name
        found: Outcome | None = None
        job = self.message.job
        try:
            told = await pool.run(job, progress=self.progress, sketch=self.sketch, session=name)
            found = told
        finally:
            if self.drawing and not (found and self.is_outlined):
                self.drawing.cancel()
            if self.is_outlined and (found is None or found.graph is None):
                pool.drop(name)  # nothing took the place of the worker of the run before
        if told.graph is not None:
            self.progress(Progress(stage="layout"))
        await asyncio.gather(*self.news, return_exceptions=True)  # none may come after the answer
        return told

    def progress(self, report: Progress) -> None:
        """Tell how far it is."""
        elapsed = (time.perf_counter() - self.start) * 1e3
        if elapsed >= SHORT_MS:
            said = ProgressMessage(
                id=self.message.id,
                stage=report.stage,
                count=report.count,
                total=report.total,
                elapsed_ms=elapsed,
            )
            self.soon(self.document.send(said))

    def sketch(self, report: Sketch) -> None:
        """Draw it, unless the one before is still being drawn: only an outline is worth more."""
        self.is_outlined = report.is_outline
        if self.drawing and self.is_outlined:
            self.drawing.cancel()
        if self.is_outlined or self.drawing is None or self.drawing.done():
            self.drawing = self.soon(self.draw(report))

    def soon(self, work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
        """Beside the run."""
        task = asyncio.ensure_future(work)
        self.news.add(task)
        task.add_done_callback(self.news.discard)
        return task

    async def draw(self, report: Sketch) -> None:
        """The picture so far: foldings are of it from now on, and the worker of the run before is
        not asked any more."""
        document = self.document
        run = Drawable.of(report.graph, None)
        how = document.changes()
        try:
            views, part, _ = await drawn(document.layouts, run, how)
        except Exception:  # the whole run's picture tells why
            return
        if not report.is_outline:  # whose own worker may be kept by now
            document.pool.drop(document.name)
        document.keep(run)
        document.is_sketched = True
        said = SketchMessage(
            id=self.message.id,
            graph=part,
            views=views,
            size=(run.nodes, run.edges),
            events=report.events,
            shown=report.shown,
            is_outline=report.is_outline,
            opened=how.fold.opened if how.fold else [],
            closed=how.fold.closed if how.fold else [],
        )
        await document.send(said)
