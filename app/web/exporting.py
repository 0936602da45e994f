"""Wishes for files from one open page in; news of them, their addresses or problems, out."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from app.errors import GradreelError, LimitError
from app.explanations import Derivation, Derive
from app.export import FORMATS, How
from app.export.order import Order
from app.settings import Settings
from app.web.draw import Drawable
from app.web.messages import (
    ExportedMessage,
    ExportingMessage,
    ExportMessage,
    ProblemMessage,
)
from app.web.names import file_name

if TYPE_CHECKING:
    from app.web.live import Document

#: how a wish for a file begins: only it may be as long as a deck
WISH = re.compile(r'\s*\{\s*"type":\s*"export",\s*"id":\s*(\d{1,15})\b')
#: files one page may have made at once
AT_ONCE = 4
#: formats that show the derivation, which only the worker of the run knows
DERIVED = frozenset({"derivation.tex", "pptx"})


def export_of(text: str) -> int:
    """The number of the wish for a file that begins this message; 0 where it is none."""
    found = WISH.match(text)
    return int(found[1]) if found else 0


def template_chars(settings: Settings) -> int:
    """Characters of a message that a deck of the largest size takes in base64."""
    return (settings.template_mib << 20) * 4 // 3 + 4


class Exporting:
    """The files one document is having made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, message: ExportMessage) -> None:
        """Begin; a second wish under one id replaces the first."""
        if old := self.tasks.pop(message.id, None):
            old.cancel()
        task = self.tasks[message.id] = asyncio.create_task(self._answer(message))
        task.add_done_callback(lambda _: self._ended(message.id, task))

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        if self.tasks.get(number) is task:
            del self.tasks[number]

    async def stop(self, number: int) -> None:
        """Stop, and say so."""
        task = self.tasks.pop(number, None)
        if task is not None:
            task.cancel()
            await self._refuse(number, LimitError("cancelled", lang=self.document.lang))

    async def close(self) -> None:
        """The page went away."""
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refuse(self, number: int, error: GradreelError) -> None:
        await self.document.send(ProblemMessage(id=number, problem=error.problem))

    async def _answer(self, message: ExportMessage) -> None:
        news = _News(self.document, message.id)
        try:
            answer = await self._made(message, news)
            await news.end()
            await self.document.send(answer)
        except GradreelError as error:
            await self._refuse(message.id, error)
        except Exception:
            logging.getLogger("gradreel").exception("an export failed")
            await self._refuse(message.id, LimitError("export_failed", lang=self.document.lang))
        finally:
            await news.end()

    async def _made(self, message: ExportMessage, news: _News) -> ExportedMessage:
        if self.document.task:
            await asyncio.wait([self.document.task])  # of a run that goes on there is but a sketch
        lang, run = self.document.lang, await self.document.kept()
        if len(self.tasks) > AT_ONCE:
            raise LimitError("busy", lang=lang)
        if run is None:
            raise LimitError("nothing_to_export", lang=lang)
        if message.suffix not in FORMATS:
            raise LimitError("export_format", lang=lang, suffix=message.suffix[:20])
        order = await self._order(message, run)
        key = await asyncio.to_thread(lambda: order.key)

        async def ordered() -> Order:
            return order

        studio = self.document.socket.app.state.studio
        content = await studio.file(key, message.suffix, ordered, news.report)
        if not studio.cache.has(key, message.suffix):
            raise LimitError(
                "export_failed", lang=lang
            )  # nowhere to fetch it from; the log says why
        name = file_name(message.how.title, run.root_name, message.suffix)
        url = f"/api/v1/exports/{key}.{message.suffix}?name={quote(name)}"
        return ExportedMessage(id=message.id, url=url, name=name, size=len(content))

    async def _order(self, message: ExportMessage, run: Drawable) -> Order:
        derivation = b"null"
        if message.suffix in DERIVED:
            answer = await self.document.pool.ask(self.document.name, Derive(), message.how.lang)
            if isinstance(answer, Derivation):
                derivation = msgspec.json.encode(answer)
        return Order.of(
            run.graph,
            run.autograd,
            self._how(message),
            message.suffix,
            derivation,
            self._template(message),
        )

    def _how(self, message: ExportMessage) -> How:
        """As wished; the picture flows as it does on the stage unless somebody says otherwise."""
        room = message.how.room or self.document.room
        if room is None:
            return message.how
        width, height = (min(max(side, 100.0), 20_000.0) for side in room)
        return msgspec.structs.replace(message.how, room=(width, height))

    def _template(self, message: ExportMessage) -> bytes | None:
        if message.template is None:
            return None
        try:
            return base64.b64decode(message.template, validate=True)
        except (binascii.Error, ValueError) as error:
            raise LimitError("malformed", lang=self.document.lang) from error


class _News:
    """Reports passed on one at a time; what comes meanwhile is summed up by the last."""

    def __init__(self, document: Document, number: int) -> None:
        self.document = document
        self.number = number
        self.latest: ExportingMessage | None = None
        self.telling: asyncio.Task[None] | None = None

    def report(self, done: int, of: int) -> None:
        """What the studio says."""
        self.latest = ExportingMessage(id=self.number, done=done, of=of)
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self.latest is not None:
            message, self.latest = self.latest, None
            await self.document.send(message)

    async def end(self) -> None:
        """Nothing more is said after this."""
        self.latest = None
        if self.telling is not None:
            telling, self.telling = self.telling, None
            with contextlib.suppress(asyncio.CancelledError):
                await telling
