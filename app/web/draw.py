"""An Outcome in; the drawn views of its graph out, laid out in the layout process."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Any

import msgspec

from app.collector import paused
from app.graph import AutogradView, Graph, Struct
from app.layout import Found, LayoutPool, all_below, find, revealing
from app.layout.fold import HARD_LIMIT
from app.picture import Shown, opening, views
from app.web.messages import FoldMessage, View, Views

#: graphs a layout process remembers, so that a folding sends only what changed, and their bytes
HELD, HELD_BYTES = 6, 128 << 20


class Drawable(Struct, frozen=True, kw_only=True):
    """A run to draw, again and again: what a layout process decodes once and keeps under `key`."""

    key: str
    graph: bytes
    autograd: bytes
    nodes: int
    edges: int
    #: what its file is called
    root_name: str | None

    @classmethod
    def of(cls, graph: Graph, autograd: AutogradView | None) -> Drawable:
        """The run as JSON: a worker's own text, where it comes from one."""
        name = next((node.name for node in graph.nodes if node.id == graph.root), None)
        return cls(
            key=secrets.token_hex(8),
            graph=graph.json,
            autograd=msgspec.json.encode(autograd),
            nodes=len(graph.nodes),
            edges=len(graph.edges),
            root_name=name,
        )

    @property
    def size(self) -> int:
        """Bytes it is kept with."""
        return len(self.graph) + len(self.autograd)


class Changes(Struct, frozen=True, kw_only=True):
    """How to draw it: a message that says how it is folded, whether the program view is all that is
    drawn, the language, the stage in px, whether cards show heatmaps."""

    lang: str
    room: tuple[float, float] | None
    fold: FoldMessage | None = None
    program_alone: bool = False
    thumbs: bool = True


class Drawn(Struct, frozen=True, kw_only=True):
    """What a layout process answers, as JSON: pickled, thousands of marks took a hundred times as
    long."""

    shown: Shown
    opened: list[str]


async def drawn(
    pool: LayoutPool, run: Drawable, changes: Changes
) -> tuple[Views, Graph, list[str]]:
    """Both views, the part of the graph they show, and what is open. Raises TimeoutError where the
    layout takes too long."""
    answer = msgspec.json.decode(await _held_by(pool, run, _draw, changes), type=Drawn)
    shown, opened = answer.shown, answer.opened
    (picture, svg), second = shown.program, shown.autograd
    both = Views(
        program=View(picture=picture, svg=svg),
        autograd=View(picture=second[0], svg=second[1]) if second else None,
    )
    return both, shown.graph, opened


async def found_in(pool: LayoutPool, run: Drawable, text: str, room: Any) -> Found:
    """Where a run has these words. Raises TimeoutError as `drawn` does."""
    found: Found = await _held_by(pool, run, _find, text, room)
    return found


async def _held_by(pool: LayoutPool, run: Drawable, work: Any, *what: Any) -> Any:
    """`work` on a graph the layout process holds, sent there where it does not yet."""
    found = await pool.call(work, run.key, None, None, *what)
    if found is None:
        found = await pool.call(work, run.key, run.graph, run.autograd, *what)
    assert found is not None
    return found


#: a run, how many cards its picture opened with, and its bytes as JSON
_held: OrderedDict[str, tuple[Graph, AutogradView | None, int, int]] = OrderedDict()


def _draw(key: str, graph: bytes | None, autograd: bytes | None, changes: Changes) -> bytes | None:
    """In the layout process: None where it does not hold the graph yet."""
    with paused():
        return _drawn(key, graph, autograd, changes)


def _drawn(key: str, graph: bytes | None, autograd: bytes | None, changes: Changes) -> bytes | None:
    if not _is_held(key, graph, autograd, changes.room):
        return None
    whole, second, limit, _ = _held[key]
    opened, closed = _state(whole, changes.fold)
    if changes.program_alone:
        second = None
    shown = views(whole, second, changes.lang, opened, closed, changes.room, limit, changes.thumbs)
    return msgspec.json.encode(Drawn(shown=shown, opened=sorted(opened)))


def _find(
    key: str,
    graph: bytes | None,
    autograd: bytes | None,
    text: str,
    room: tuple[float, float] | None,
) -> Found | None:
    """In the layout process, too: a graph has many nodes, and a text many words."""
    return find(_held[key][0], text) if _is_held(key, graph, autograd, room) else None


def _is_held(key: str, graph: bytes | None, autograd: bytes | None, room: Any) -> bool:
    """Whether the graph is here, now that it may have been sent."""
    if graph is not None and autograd is not None:
        whole = msgspec.json.decode(graph, type=Graph)
        second = msgspec.json.decode(autograd, type=AutogradView | None)
        _held[key] = (whole, second, opening(whole, room), len(graph) + len(autograd))
        while len(_held) > HELD or (
            len(_held) > 1 and sum(size for *_, size in _held.values()) > HELD_BYTES
        ):
            _held.popitem(last=False)
    if key in _held:
        _held.move_to_end(key)
    return key in _held


def _state(graph: Graph, fold: FoldMessage | None) -> tuple[frozenset[str], frozenset[str]]:
    """What is open and what folded, once a node is revealed or all below a scope opened."""
    if fold is None:
        return frozenset(), frozenset()
    opened, closed = frozenset(fold.opened), frozenset(fold.closed)
    found: list[str] = []
    if fold.reveal is not None:
        node = graph.node_of.get(fold.reveal)
        found = revealing(graph, node.scope if node else fold.reveal, opened)
    elif fold.below is not None:
        found = all_below(graph, fold.below or None, opened, HARD_LIMIT)
    return opened | frozenset(found), closed - frozenset(found)
