"""A traced block, a tensor or a program's text in; something a notebook displays and saves, out.

A traced block and a tensor stay in the process they belong to, unconfined: it is its owner's own.
The text of a program runs confined, as everywhere else."""

from __future__ import annotations

import base64
import inspect
import logging
import math
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from torch import Tensor

from app.autograd.finish import Finished
from app.autograd.live import Live, variables_of
from app.autograd.walked import Walk
from app.errors import GradreelError, LimitError, ProgramError, Refused, WorkerError
from app.explain import Explained
from app.explanations import Derivation, Derive
from app.export import FORMATS, Scene, export, scene_of
from app.export.formats import suited
from app.export.scene import with_how
from app.graph import AutogradView, Graph
from app.protocol import Job, Options
from app.render import how_of, opened_in, suffix_of
from app.sandbox import run_and_ask
from app.settings import settings
from app.words import say

#: px of a player in a notebook: the width of a cell, what the picture does not need for itself, and
#: the most it gets
CELL, CHROME, TALLEST = 960, 150, 720
#: pixels a still is wide, unless the picture itself is wider
SHARP = 3000


class Run:
    """What happened, ready to be looked at: the last expression of a cell displays it.

    `graph` is the wire format; `choices` are those of `gradreel render` (theme, step, title, view,
    crop, first, last, scale, …) and `open` the scopes to unfold. A run still being traced raises
    ProgramError `still_tracing`."""

    def __init__(self, lang: str = "en", **choices: Any) -> None:
        self.lang = lang
        self.open: list[str] = list(choices.pop("open", []))
        self.choices = choices
        self.ended: tuple[Graph, AutogradView | None, Derivation | None] | None = None
        self.fault: GradreelError = ProgramError("still_tracing", lang=lang)

    def end(
        self, graph: Graph | None, autograd: AutogradView | None, derivation: Derivation | None
    ) -> None:
        """Nothing more will happen."""
        if graph is not None:
            self.ended = graph, autograd, derivation

    @property
    def graph(self) -> Graph:
        """Everything the run did, as `gradreel trace` prints it."""
        if self.ended is None:
            raise self.fault
        return self.ended[0]

    def shown(self, **choices: Any) -> Run:
        """The same run, drawn otherwise."""
        other = Run(self.lang, **{"open": self.open, **self.choices, **choices})
        other.ended, other.fault = self.ended, self.fault
        how_of(**other.choices)  # a wrong choice is said here, not while displaying
        return other

    def scene(self, suffix: str, **choices: Any) -> Scene:
        """What an export of this format starts from. Raises ValueError for a wrong choice."""
        graph = self.graph
        assert self.ended is not None
        _, autograd, derivation = self.ended
        chosen = {"lang": self.lang, **self.choices, **choices}
        opened = opened_in(graph, list(chosen.pop("open", self.open)))
        how = suited(how_of(opened=opened, **chosen), suffix)
        scene = scene_of(graph, autograd, how)
        note = next((d.message for d in graph.diagnostics if d.code in SAID), "")
        if note:
            said = f"{scene.picture.abridged} {note}".strip()
            picture = msgspec.structs.replace(scene.picture, abridged=said)
            scene = msgspec.structs.replace(scene, picture=picture)
        return msgspec.structs.replace(scene, derivation=derivation)

    def save(self, path: str | os.PathLike[str], **choices: Any) -> Path:
        """Write a file; its name says the format, as in `gradreel render`. Raises LimitError for a
        name that fits no format, and beyond a format's limits."""
        target = Path(path)
        suffix = suffix_of(target.name)
        if suffix is None:
            known = ", ".join(f".{suffix}" for suffix in FORMATS)
            raise LimitError("unknown_format", lang=self.lang, name=target.name, known=known)
        target.write_bytes(export(self.scene(suffix, **choices), suffix))
        return target

    def __repr__(self) -> str:
        if self.ended is None:
            return self.fault.problem.message
        graph = self.graph
        words = {"nodes": len(graph.nodes), "edges": len(graph.edges), "passes": len(graph.passes)}
        names = {node.id: node.name or node.op for node in graph.nodes}
        title = self.choices.get("title") or names.get(graph.root or "", "Gradreel")
        return say("notebook.plain", self.lang, title=title, **words)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The player, a still for viewers that run no scripts, and a line of text."""
        bundle = {"text/plain": repr(self)}
        if self.ended is not None:
            scene = self.scene("html")
            sharp = with_how(scene, scale=self._sharpness(scene))
            bundle["image/png"] = base64.b64encode(export(sharp, "png")).decode("ascii")
            bundle["text/html"] = self._player(scene)
        return bundle

    def _sharpness(self, scene: Scene) -> float:
        """Two pixels per px; of a wide picture fewer, so that a notebook stays small."""
        wide, most = scene.picture.width, settings().still_pixels
        fine = min(
            2.0, max(1.0, SHARP / wide), math.sqrt(0.8 * most / (wide * scene.picture.height))
        )
        return float(self.choices.get("scale", max(0.1, fine)))

    def _player(self, scene: Scene) -> str:
        """The standalone player in a frame of its own; beyond its limits, the picture alone."""
        try:
            page = export(scene, "html").decode()
        except LimitError:
            return export(scene, "svg").decode()
        picture = scene.picture
        fitting = picture.height * min(1.0, CELL / picture.width)
        height = min(TALLEST, round(fitting) + CHROME)
        note = f'<div style="font-size:12px;opacity:.75">{escape(picture.abridged)}</div>'
        title = escape(say("notebook.frame", self.lang, title=scene.title), quote=True)
        return (
            f'<iframe title="{title}" srcdoc="{escape(page, quote=True)}" sandbox="allow-scripts"'
            f' style="width:100%;height:{height}px;border:0" loading="lazy"></iframe>'
            + (note if picture.abridged else "")
        )


#: diagnostics that every picture of a run must say
SAID = frozenset({"values_not_recorded", "graph_freed", "recording_stopped"})
#: the block being traced now, if any
_live: list[Live] = []
log = logging.getLogger("gradreel")


@contextmanager
def trace(lang: str = "en", derive: bool = False, **choices: Any) -> Iterator[Run]:
    """Record what torch does in the block: `with trace() as run: …`, then `run` or `show(run)`.

    Nothing the block computes changes: values, gradients, hooks and random numbers are the same.
    Where it calls no backward, gradients of its loss (or last tensor) are computed beside it and
    accumulated nowhere. `derive` also writes the derivation. Only this thread is recorded."""
    run = Run(lang, **choices)
    how_of(**run.choices)
    if _live:
        raise ProgramError("trace_within_trace", lang=lang)
    live = Live(caller(), lang)
    _live.append(live)
    try:
        yield run
    finally:
        _live.remove(live)
        try:
            finish(run, live.end(), derive)
        except Exception as error:  # a fault of ours must not end somebody's training
            log.exception("a traced block could not be drawn")
            run.fault = WorkerError("internal", lang=lang, kind=type(error).__name__)


def finish(run: Run, finished: Finished, derive: bool) -> None:
    """What is kept of a block: values as JSON knows them, none of its tensors."""
    outcome = finished.outcome
    derivation: Any = None
    if derive:
        import torch

        with torch.random.fork_rng():
            derivation = Explained(finished).answer(Derive())
    kept = derivation if isinstance(derivation, Derivation) else None
    run.end(outcome.graph, outcome.autograd, kept)


def show(what: Any, lang: str = "en", **choices: Any) -> Run:
    """Something to display: a run of `trace`, a tensor with a grad_fn (its graph as torch kept it),
    or the text of a program, which runs confined. Raises ProgramError or Refused."""
    if isinstance(what, Run):
        return what.shown(**choices)
    run = Run(lang, **choices)
    how_of(**run.choices)
    if isinstance(what, Tensor) and what.grad_fn is not None:
        with _live[0].unheard() if _live else nullcontext():
            finish(run, Walk(what, variables_of(caller()), lang).finish(), False)
    elif isinstance(what, str):
        _run_text(run, what)
    else:
        kind = "a tensor without grad_fn" if isinstance(what, Tensor) else type(what).__name__
        raise ProgramError("nothing_to_show", lang=lang, what=kind)
    return run


def _run_text(run: Run, source: str) -> None:
    """In a confined worker; in a thread, because a notebook has an event loop running."""
    job = Job(source=source, options=Options(lang=run.lang))
    with ThreadPoolExecutor(1) as pool:
        outcome, answers = pool.submit(run_and_ask, job, (Derive(),), settings()).result()
    if outcome.problem is not None:
        raise Refused(outcome.problem)
    found = next((one for one in answers if isinstance(one, Derivation)), None)
    run.end(outcome.graph, outcome.autograd, found)


def caller() -> FrameType:
    """The frame of whoever called into this module."""
    frame: FrameType | None = sys._getframe(1)
    own = {__file__, inspect.getsourcefile(contextmanager)}
    while frame is not None and frame.f_code.co_filename in own:
        frame = frame.f_back
    assert frame is not None
    return frame


__all__ = ["GradreelError", "Run", "show", "trace"]
