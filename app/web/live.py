"""One open page in; its runs, progress, slices and foldings over a WebSocket, out."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app.errors import LimitError, Problem
from app.graph import Struct
from app.protocol import Outcome, Progress
from app.web.draw import drawn
from app.web.limits import allowed
from app.web.messages import (
    CancelMessage,
    FoldMessage,
    FromPage,
    ProblemMessage,
    ProgressMessage,
    ResultMessage,
    RunMessage,
    SlicedMessage,
    SliceMessage,
    ViewMessage,
)

router = APIRouter()
DECODER = msgspec.json.Decoder(FromPage)


class Document:
    """One page: at most one run at a time, its last outcome, a worker of its own."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.pool = socket.app.state.pool
        self.layouts = socket.app.state.layouts
        self.name = secrets.token_urlsafe(12)
        self.task: asyncio.Task[None] | None = None
        self.outcome: Outcome | None = None
        self.lang = "en"
        self.room: tuple[float, float] | None = None
        self.sending = asyncio.Lock()

    async def send(self, message: Struct) -> None:
        """One message to the page."""
        async with self.sending:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self.socket.send_text(msgspec.json.encode(message).decode())

    async def take(self, message: Any) -> None:
        """One message from the page."""
        if isinstance(message, RunMessage):
            await self.cancel()
            self.task = asyncio.ensure_future(self.run(message))
        elif isinstance(message, CancelMessage):
            await self.cancel()
            problem = LimitError("cancelled", lang=self.lang).problem
            await self.send(ProblemMessage(id=message.id, problem=problem))
        elif isinstance(message, SliceMessage):
            sliced = await self.pool.slice(self.name, message.slice, self.lang)
            await self.send(SlicedMessage(id=message.id, sliced=sliced))
        elif isinstance(message, FoldMessage):
            await self.fold(message)

    async def cancel(self) -> None:
        """Stop the run under way, its worker with it."""
        if self.task and not self.task.done():
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task

    async def run(self, message: RunMessage) -> None:
        """Run, draw, answer."""
        self.lang = message.job.options.lang
        self.room = message.room
        start = time.perf_counter()
        reports: set[asyncio.Future[None]] = set()

        def progress(report: Progress) -> None:
            elapsed = (time.perf_counter() - start) * 1e3
            if elapsed < 150:
                return  # nobody sees a bar that short
            said = ProgressMessage(
                id=message.id, stage=report.stage, count=report.count, elapsed_ms=elapsed
            )
            task = asyncio.ensure_future(self.send(said))
            reports.add(task)
            task.add_done_callback(reports.discard)

        outcome = await self.pool.run(message.job, progress=progress, session=self.name)
        progress(Progress(stage="layout"))
        await self.answer(message.id, outcome)

    async def answer(self, number: int, outcome: Outcome) -> None:
        """The result, or the problem alone where nothing was recorded."""
        if outcome.graph is None or (outcome.problem and not outcome.graph.nodes):
            problem = outcome.problem or LimitError("worker_reply", lang=self.lang).problem
            await self.send(ProblemMessage(id=number, problem=problem))
            return
        try:
            views = await drawn(
                self.layouts, outcome.graph, outcome.autograd, self.lang, room=self.room
            )
        except (TimeoutError, OSError, ValueError, AssertionError):
            await self.send(ProblemMessage(id=number, problem=self.too_large()))
            return
        self.outcome = outcome
        await self.send(
            ResultMessage(id=number, graph=outcome.graph, views=views, problem=outcome.problem)
        )

    async def fold(self, message: FoldMessage) -> None:
        """The last run's picture with other scopes open."""
        if self.outcome is None or self.outcome.graph is None:
            return
        opened, closed = frozenset(message.opened), frozenset(message.closed)
        try:
            views = await drawn(
                self.layouts, self.outcome.graph, None, self.lang, opened, closed, self.room
            )
        except (TimeoutError, OSError, ValueError, AssertionError):
            await self.send(ProblemMessage(id=message.id, problem=self.too_large()))
            return
        await self.send(ViewMessage(id=message.id, view=views.program))

    def too_large(self) -> Problem:
        """The layout took too long."""
        return LimitError("layout_deadline", lang=self.lang).problem

    async def close(self) -> None:
        """The page went away."""
        await self.cancel()
        self.pool.drop(self.name)


@router.websocket("/api/v1/live")
async def live(socket: WebSocket) -> None:
    """A document session. Messages are those of app/web/messages.py, as JSON text."""
    origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
    if origin and origin.partition("://")[2] != host:
        await socket.close(code=1008)
        return
    await socket.accept()
    document = Document(socket)
    limit = socket.app.state.settings.source_bytes * 8
    try:
        while True:
            text = await socket.receive_text()
            if len(text) > limit or not allowed(socket):
                code = "source_too_large" if len(text) > limit else "too_many_requests"
                words = {"size": len(text) // 1000, "limit": limit // 8000}
                problem = LimitError(code, lang=document.lang, **words).problem
                await document.send(ProblemMessage(id=0, problem=problem))
                continue
            try:
                message = DECODER.decode(text)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                problem = LimitError("malformed", lang=document.lang).problem
                await document.send(ProblemMessage(id=0, problem=problem))
                continue
            await document.take(message)
    except (WebSocketDisconnect, KeyError):
        pass
    finally:
        await document.close()
