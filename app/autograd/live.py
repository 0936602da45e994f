"""A block of somebody's own process in; what torch did in it, recorded without changing any of it,
as a Finished, out."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import get_ident
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import _engine_run_backward as engine

from app.autograd.capture import Capture, capture
from app.autograd.deep import make_room
from app.autograd.engine import BackwardRun
from app.autograd.finish import Finished, assemble
from app.autograd.instrument import Names, names_of
from app.autograd.output import Printer
from app.autograd.runner import ROOT_NAMES, is_root, last_made
from app.autograd.untouched import leaves_below, untouched
from app.errors import Problem
from app.graph import Diagnostic
from app.program import Program
from app.protocol import Job, Options
from app.settings import settings
from app.words import say


class Live:
    """The block of one frame while it runs; what it did, once it has ended.

    Calls made from the frame's own file are recorded, and so is what other files do on their
    behalf, under the line that called them. Only this thread is recorded."""

    def __init__(self, frame: FrameType, lang: str) -> None:
        self.frame: FrameType | None = frame
        filename = frame.f_code.co_filename
        self.source = "".join(linecache.getlines(filename, frame.f_globals))
        self.job = Job(source=self.source, options=options(lang))
        self.names = names_in(self.source)
        self.program = Program(language="torch", source=self.source, code=self.source)
        self.variables: dict[str, Any] = {}
        self.problem: Problem | None = None
        self.timings: dict[str, float] = {}
        self.notes: list[tuple[str, Any]] = []
        self.printer = Printer(0, lang)
        self.start = time.perf_counter()
        self.stack = ExitStack()
        self.state = self.stack.enter_context(capture(filename, settings().ops, raises=False))
        self.state.thread = get_ident()

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """For work of ours while the block is still running."""
        self.state.recorder.paused += 1
        try:
            yield
        finally:
            self.state.recorder.paused -= 1

    def end(self) -> Finished:
        """Stop recording; the backward pass the block did not make is run from its root, and leaves
        no trace in any .grad."""
        self.stack.close()
        make_room(len(self.state.events))
        frame, self.frame = self.frame, None
        assert frame is not None
        self.variables = variables_of(frame)
        self.timings["run"] = (time.perf_counter() - self.start) * 1e3
        if not any(isinstance(event, BackwardRun) for event in self.state.events):
            self._differentiate()
        if self.state.recorder.is_full:
            self.program = Program(
                language="torch", source=self.source, code=self.source, notes=[self._full()]
            )
        return assemble(self, self.state)

    def _differentiate(self) -> None:
        root = self._root()
        if root is not None:
            backward(root, self.state)

    def _root(self) -> Tensor | None:
        """The tensor named loss/L/cost/J that the block made, else the last one it made."""
        made = {id(event.out) for event in self.state.events if hasattr(event, "out")}
        for name in ROOT_NAMES:
            tensor = self.variables.get(name)
            if isinstance(tensor, Tensor) and id(tensor) in made and is_root(tensor):
                return tensor
        return last_made(self.state.events)

    def _full(self) -> Diagnostic:
        lang, limit = self.job.options.lang, f"{settings().ops:,}"
        return Diagnostic(
            code="recording_stopped",
            severity="warning",
            node=None,
            span=None,
            message=say("note.recording_stopped", lang, limit=limit),
            hint=say("note.recording_stopped.hint", lang),
        )


def variables_of(frame: FrameType) -> dict[str, Any]:
    """What a frame can name now. A function's frame remembers the copy of its locals it hands out
    (until Python 3.13), which would keep them alive: that copy is emptied."""
    seen = frame.f_locals
    variables = {**frame.f_globals, **seen}
    if frame.f_code.co_flags & inspect.CO_OPTIMIZED and sys.version_info < (3, 13):
        seen.clear()
    return variables


def backward(root: Tensor, state: Capture) -> bool:
    """A pass from `root` seeded with ones that accumulates nowhere and keeps the graph. Whether
    torch could: of a graph already freed there is none."""
    leaves = tuple(leaf for leaf in leaves_below([root]) if leaf.requires_grad)
    args = ((torch.ones_like(root),), True, False, leaves)
    keywords = {"allow_unreachable": True, "accumulate_grad": False}
    with untouched([root]):
        try:
            state.record_backward(engine, [root], args, keywords, inferred=True)
        except RuntimeError:
            state.events.pop()
            return False
    return True


def names_in(source: str) -> Names:
    """What a file or a cell calls things; nothing where it is not plain Python."""
    try:
        return names_of(ast.parse(source))
    except (SyntaxError, ValueError):
        return Names({}, {}, {})


def options(lang: str) -> Options:
    """How this process runs torch by default; nothing is changed."""
    is_double = torch.get_default_dtype() == torch.float64
    return Options(
        device=str(torch.get_default_device()),
        dtype="float64" if is_double else "float32",
        seed=torch.initial_seed(),
        lang=lang,
    )
