"""A saved state in; its confined run, remembered by content and shared by all who ask, out.

Images, embeds and exports of saved states all start here."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from typing import Any

import msgspec

from app.errors import LimitError, Problem, Refused
from app.explanations import Derivation, Derive
from app.export import How, Scene, scene_of
from app.export.flight import Flight
from app.export.order import Order
from app.graph import AutogradView, Graph, Struct
from app.store.code import Saved, canonical, decode
from app.store.links import ID, Link
from app.web.draw import Drawable
from app.web.status import status_of as status_of

#: seconds a program's failure is remembered: somebody reloading a page must not run it each time
FAULT_S = 20.0
#: failures remembered at once, and the bytes one may have
FAULTS, FAULT_BYTES = 500, 1 << 16
#: faults that are the moment's, not the program's
PASSING = frozenset({"busy", "worker_start", "worker_reply", "cancelled"})


class Ran(Struct, frozen=True, kw_only=True):
    """A run to its end, as JSON; its derivation too where that was asked for."""

    graph_json: bytes
    autograd_json: bytes
    derivation_json: bytes = b"null"
    #: what its file is called
    root_name: str | None = None

    @property
    def graph(self) -> Graph:
        """Decoded anew each time: some ms for thousands of nodes."""
        return msgspec.json.decode(self.graph_json, type=Graph)

    @property
    def autograd(self) -> AutogradView | None:
        """Likewise."""
        return msgspec.json.decode(self.autograd_json, type=AutogradView | None)

    @property
    def size(self) -> int:
        """Bytes it is remembered with."""
        return len(self.graph_json) + len(self.autograd_json) + len(self.derivation_json)

    def order(self, how: How, suffix: str, template: bytes | None = None) -> Order:
        """An export of it."""
        parts = (self.graph_json, self.autograd_json)
        return Order.of(*parts, how, suffix, self.derivation_json, template)


class Runs:
    """Runs of saved states, by content and language: at most `limit` bytes, the least recently
    used go first; whoever asks for one under way waits for it."""

    def __init__(self, pool: Any, limit: int) -> None:
        self.pool = pool
        self.limit = limit
        self.size = 0
        self.kept: OrderedDict[str, Ran] = OrderedDict()
        self.faults: OrderedDict[str, tuple[float, Problem]] = OrderedDict()
        self.flight: Flight[Ran] = Flight()

    async def run(self, saved: Saved, lang: str = "en", derived: bool = False) -> Ran:
        """The run, `derived` with its derivation. Raises Refused with the program's problem."""
        name = canonical(saved.told()) + f"{lang}{derived}".encode()
        key = hashlib.sha256(name).hexdigest()
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        then, problem = self.faults.get(key, (0.0, None))
        if problem and time.monotonic() - then < FAULT_S:
            raise Refused(problem)
        return await self.flight.join(key, lambda _: self._run(key, saved, lang, derived))

    async def _run(self, key: str, saved: Saved, lang: str, derived: bool) -> Ran:
        session = secrets.token_urlsafe(12) if derived else None
        try:
            outcome = await self.pool.run(saved.job(lang), session=session)
            problem = outcome.problem
            if problem is None and outcome.graph is None:
                problem = LimitError("worker_reply", lang=lang).problem
            if problem is not None:
                self._remember_fault(key, problem)
                raise Refused(problem)
            answer = await self.pool.ask(session, Derive(), lang) if session else None
        finally:
            if session:
                self.pool.drop(session)
        graph, encode = outcome.graph, msgspec.json.encode
        run = Drawable.of(graph, outcome.autograd)
        ran = Ran(
            graph_json=run.graph,
            autograd_json=run.autograd,
            derivation_json=encode(answer if isinstance(answer, Derivation) else None),
            root_name=run.root_name,
        )
        self._remember(key, ran)
        return ran

    def _remember(self, key: str, ran: Ran) -> None:
        if ran.size > self.limit:
            return
        self.kept[key] = ran
        self.size += ran.size
        while self.size > self.limit:
            _, old = self.kept.popitem(last=False)
            self.size -= old.size

    def _remember_fault(self, key: str, problem: Problem) -> None:
        if problem.code in PASSING or len(msgspec.json.encode(problem)) > FAULT_BYTES:
            return
        self.faults[key] = (time.monotonic(), problem)
        self.faults.move_to_end(key)
        while len(self.faults) > FAULTS:
            self.faults.popitem(last=False)


async def saved_of(state: Any, reference: str, lang: str = "en") -> Saved:
    """The state behind a code or a short id. Raises LimitError as `decode` and Links.find do."""
    return (await found(state, reference, lang))[0]


async def found(state: Any, reference: str, lang: str = "en") -> tuple[Saved, Link | None]:
    """The same, with the link where it was one."""
    if not ID.match(reference):
        return decode(reference, lang), None
    link: Link = await asyncio.to_thread(state.links.find, reference, lang)
    return decode(link.code, lang), link


def how_of(saved: Saved, lang: str = "en", **changes: Any) -> How:
    """How a saved state is drawn, with what else was asked for, as text or typed. Raises
    msgspec.ValidationError where that makes no sense."""
    chosen: dict[str, Any] = {
        "lang": lang,
        "theme": "dark" if saved.theme == "dark" else "light",
        "step": -1 if saved.step is None else saved.step,
        "view": saved.view or "program",
        "opened": saved.opened or [],
        "closed": saved.closed or [],
        "selected": saved.selected,
        "title": saved.title or "",
        **changes,
    }
    return msgspec.convert(chosen, How, strict=False)


async def scene_for(state: Any, saved: Saved, how: How) -> Scene:
    """Run (or remember) and lay out: what an embed shows. `state` is the app's.

    Raises Refused with the program's problem, LimitError where the layout takes too long."""
    ran: Ran = await state.runs.run(saved, how.lang)
    try:
        scene: Scene = await state.layouts.call(scene_of, ran.graph, ran.autograd, how)
    except (TimeoutError, OSError) as error:
        raise LimitError("layout_deadline", lang=how.lang) from error
    return scene
