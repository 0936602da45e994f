"""One open page in; its runs, progress, slices and foldings over a WebSocket, out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import zlib
from collections.abc import Coroutine
from typing import Any

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from msgspec.structs import replace

from app.errors import LimitError
from app.graph import Struct
from app.protocol import Job, Outcome
from app.sandbox.mend import mended
from app.web.draw import Changes, Drawable, drawn, found_in
from app.web.exporting import Exporting, export_of, template_chars
from app.web.limits import address_of, allowed
from app.web.messages import (
    AnswerMessage,
    AskMessage,
    CancelMessage,
    ExportMessage,
    FindMessage,
    FoldMessage,
    FoundMessage,
    FromPage,
    MendedMessage,
    ProblemMessage,
    ResultMessage,
    RunMessage,
    StopExportMessage,
    ViewMessage,
)
from app.web.running import Running

router = APIRouter()
DECODER = msgspec.json.Decoder(FromPage)
#: questions, foldings and searches one page may have under way; one more is answered `busy`
AT_ONCE = 16
#: bytes of a message too few to be worth deflating
SHORT = 4096


def deflated(content: bytes) -> bytes:
    """Without a header, as DecompressionStream("deflate-raw") reads it; fast rather than small."""
    packer = zlib.compressobj(1, wbits=-15)
    return packer.compress(content) + packer.flush()


class Document:
    """One page: at most one run at a time, its last graph, a worker of its own."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.pool = socket.app.state.pool
        self.layouts = socket.app.state.layouts
        self.name = secrets.token_urlsafe(12)
        self.task: asyncio.Task[None] | None = None
        self.answering: set[asyncio.Future[None]] = set()
        self.shelf = socket.app.state.shelf
        self.job: Job | None = None
        self.key: str | None = None
        self.again = asyncio.Lock()
        self.lang = "en"
        self.room: tuple[float, float] | None = None
        self.thumbs = True
        #: whether the page shows a sketch of the run under way, and how the visitor folded it
        self.is_sketched = False
        self.folded: FoldMessage | None = None
        self.sending = asyncio.Lock()
        self.deflates = "deflate" in socket.query_params
        self.exporting = Exporting(self)

    async def send(self, message: Struct) -> None:
        """One message to the page; a long one deflated, where the page asked for that."""
        async with self.sending:
            content = msgspec.json.encode(message)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                if self.deflates and len(content) > SHORT:
                    await self.socket.send_bytes(await asyncio.to_thread(deflated, content))
                else:
                    await self.socket.send_text(content.decode())

    async def take(self, message: Any) -> None:
        """One message from the page."""
        if isinstance(message, RunMessage):
            await self.cancel()
            self.task = asyncio.ensure_future(self.run(message))
        elif isinstance(message, CancelMessage):
            await self.cancel()
            problem = LimitError("cancelled", lang=self.lang).problem
            await self.send(ProblemMessage(id=message.id, problem=problem))
        elif isinstance(message, AskMessage):
            await self.background(message.id, self.ask(message))
        elif isinstance(message, FoldMessage):
            await self.background(message.id, self.fold(message))
        elif isinstance(message, FindMessage):
            await self.background(message.id, self.find(message))
        elif isinstance(message, ExportMessage):
            self.exporting.start(message)
        elif isinstance(message, StopExportMessage):
            await self.exporting.stop(message.id)

    async def background(self, number: int, work: Coroutine[Any, Any, None]) -> None:
        """Answer while the page may say more, a cancel for one."""
        if len(self.answering) >= AT_ONCE:
            work.close()
            problem = LimitError("busy", lang=self.lang).problem
            await self.send(ProblemMessage(id=number, problem=problem))
            return
        task = asyncio.ensure_future(work)
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    def keep(self, run: Drawable) -> None:
        """What the page shows from now on."""
        self.key = run.key
        self.shelf.put(self.name, run)

    async def kept(self) -> Drawable | None:
        """What the page shows; run again where the server had no room to keep it. None where there
        was nothing, or is not any more."""
        async with self.again:
            found: Drawable | None = self.shelf.get(self.name)
            is_running = self.task is not None and not self.task.done()
            if found or self.job is None or is_running:
                return found
            outcome = await self.pool.run(self.job, session=self.name)
            if outcome.graph is None:
                return None
            run = Drawable.of(outcome.graph, outcome.autograd)
            self.keep(run)
            return run

    async def ask(self, message: AskMessage) -> None:
        """What the last run's worker says to a question."""
        answer = await self.pool.ask(self.name, message.question, self.lang)
        await self.send(AnswerMessage(id=message.id, answer=answer))

    async def cancel(self) -> None:
        """Stop the run under way, its worker with it."""
        if self.task and not self.task.done():
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task

    async def run(self, message: RunMessage) -> None:
        """Run, draw, answer."""
        self.lang = message.job.options.lang
        self.room, self.thumbs = message.room, message.thumbs
        self.is_sketched, self.folded = False, None
        async with self.again:  # a run made again would leave its worker behind this one's
            self.job = message.job
        try:
            outcome = await Running(self, message).outcome()
            found = outcome.problem
            if found is None or found.repair is None:
                await self.answer(message.id, outcome)
                return
            told = replace(outcome, problem=replace(found, repair=None))  # trying takes a while
            await self.answer(message.id, told, is_mending=True)
            problem = (await mended(self.pool, message.job, outcome)).problem or found
            await self.send(MendedMessage(id=message.id, problem=problem))
        except Exception as error:
            await self.failed(message.id, error)

    async def answer(self, number: int, outcome: Outcome, is_mending: bool = False) -> None:
        """The result, or the problem alone where nothing was recorded."""
        if outcome.graph is None or (outcome.problem and not outcome.graph.nodes):
            problem = outcome.problem or LimitError("worker_reply", lang=self.lang).problem
            await self.send(ProblemMessage(id=number, problem=problem, is_mending=is_mending))
            return
        run = Drawable.of(outcome.graph, outcome.autograd)
        how = self.changes()
        views, part, _ = await drawn(self.layouts, run, how)
        self.keep(run)
        self.is_sketched = False
        result = ResultMessage(
            id=number,
            graph=part,
            views=views,
            problem=outcome.problem,
            size=(run.nodes, run.edges),
            opened=how.fold.opened if how.fold else [],
            closed=how.fold.closed if how.fold else [],
            is_mending=is_mending,
        )
        await self.send(result)

    def changes(self) -> Changes:
        """How the run under way is drawn: folded as its sketch was."""
        return Changes(lang=self.lang, room=self.room, fold=self.folded, thumbs=self.thumbs)

    async def fold(self, message: FoldMessage) -> None:
        """The last run's picture with other scopes open."""
        run = await self.kept()
        if run is None:
            return
        self.thumbs = message.thumbs
        try:
            how = msgspec.structs.replace(self.changes(), fold=message, program_alone=True)
            views, part, opened = await drawn(self.layouts, run, how)
        except Exception as error:
            await self.failed(message.id, error)
            return
        if self.key == run.key:
            if self.is_sketched:
                closed = [one for one in message.closed if one not in opened]
                self.folded = FoldMessage(id=message.id, opened=opened, closed=closed)
            view = ViewMessage(id=message.id, view=views.program, graph=part, opened=opened)
            await self.send(view)

    async def find(self, message: FindMessage) -> None:
        """Where the last run has what the page looks for."""
        run = await self.kept()
        if run is None:
            return
        with contextlib.suppress(TimeoutError, OSError, AssertionError):
            found = await found_in(self.layouts, run, message.text[:200], self.room)
            await self.send(FoundMessage(id=message.id, found=found))

    async def failed(self, number: int, error: Exception) -> None:
        """Nobody waits for ever: what could not be drawn was too large, or is a fault of ours."""
        is_large = isinstance(error, (TimeoutError, OSError, MemoryError))
        if not is_large:
            logging.getLogger("gradreel").error("a picture failed", exc_info=error)
        code = "layout_deadline" if is_large else "server_failed"
        problem = LimitError(code, lang=self.lang).problem
        await self.send(ProblemMessage(id=number, problem=problem))

    async def close(self) -> None:
        """The page went away."""
        await self.cancel()
        await self.exporting.close()
        for task in list(self.answering):
            task.cancel()
        await asyncio.gather(*self.answering, return_exceptions=True)
        self.pool.drop(self.name)
        self.shelf.drop(self.name)


@router.websocket("/api/v1/live")
async def live(socket: WebSocket) -> None:
    """A document session. Messages are those of app/web/messages.py, as JSON text."""
    origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
    if origin and origin.partition("://")[2] != host:
        await socket.close(code=1008)
        return
    await socket.accept()
    document, address = Document(socket), address_of(socket)
    seats = socket.app.state.seats
    if not seats.take(address):
        problem = LimitError("too_many_pages", lang=document.lang).problem
        await document.send(ProblemMessage(id=0, problem=problem))
        await socket.close(code=1013)
        return
    try:
        while True:
            await hear(document, await socket.receive_text())
    except WebSocketDisconnect:
        pass
    except KeyError:  # bytes, which no page sends
        await socket.close(code=1003)
    finally:
        seats.leave(address)
        await document.close()


async def hear(document: Document, text: str) -> None:
    """One message, or why it is none: to the export it asks for, else to the page."""
    number, settings = export_of(text), document.socket.app.state.settings
    most = settings.source_bytes * 8 + (template_chars(settings) if number else 0)
    try:
        if len(text) > most and number:
            raise LimitError("template_too_large", lang=document.lang, limit=settings.template_mib)
        if len(text) > most:
            words = {"size": len(text) // 1000, "limit": most // 8000}
            raise LimitError("source_too_large", lang=document.lang, **words)
        if not allowed(document.socket):
            raise LimitError("too_many_requests", lang=document.lang)
        message = decoded(text, document.lang)
    except LimitError as error:
        await document.send(ProblemMessage(id=number, problem=error.problem))
    else:
        await document.take(message)


def decoded(text: str, lang: str) -> Any:
    """A message of the page's. Raises LimitError where it is none."""
    try:
        return DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LimitError("malformed", lang=lang) from error
