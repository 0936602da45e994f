"""A Job in; its program run for real under capture, and the finished Outcome, out."""

from __future__ import annotations

import builtins
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from msgspec.structs import replace
from torch import Tensor

from app.autograd.capture import Capture, capture
from app.autograd.device import missing, placed
from app.autograd.events import Enter, Exit, Iteration, Op
from app.autograd.finish import Finished, assemble
from app.autograd.inplace import culprit_of
from app.autograd.instrument import (
    ENTER,
    EXIT,
    ITERATION,
    LAST,
    Markers,
    Names,
    keep_last,
    names_of,
)
from app.autograd.lent import LENT, lent_to, module_of
from app.autograd.outline import outline
from app.autograd.output import Printer
from app.autograd.pulse import Pulse, Report
from app.autograd.rooted import rerun
from app.autograd.uncalled import uncalled
from app.collector import paused
from app.errors import GradreelError, LimitError, Problem, ProgramError, WorkerError
from app.graph import Span
from app.program import FILENAME, Program, fault, importer, read, tree
from app.program.shims import NAME
from app.protocol import Job, Outcome, Progress
from app.settings import settings
from app.words import say

#: part of the deadline after which no loop goes on
LATE = 0.9
ROOT_NAMES = ("loss", "L", "cost", "J")


class Session:
    """One execution of a program: its capture, its variables, its prints, its problem."""

    def __init__(self, job: Job, program: Program, progress: Report) -> None:
        self.job = job
        self.program = program
        self.progress = progress
        parsed = tree(program)
        self.lent = lent_to(parsed)
        self.has_last = keep_last(parsed)
        self.names: Names = names_of(parsed)
        marked = Markers().visit(parsed)
        self.code = compile(marked, FILENAME, "exec", dont_inherit=True)
        self.printer = Printer(settings().print_chars, job.options.lang)
        self.notes: list[tuple[str, Any]] = []
        self.variables: dict[str, Any] = {}
        self.problem: Problem | None = None
        self.timings: dict[str, float] = {}
        self.chosen: Tensor | None = None

    def execute(self, prepare: Callable[[Capture], None] | None = None) -> Capture:
        """Run the program under capture; a failure of the user's becomes `problem`."""
        self.reset()
        start = time.perf_counter()
        with capture(FILENAME, settings().ops) as state:
            self.connect(state)
            if prepare:
                prepare(state)
            try:
                exec(self.code, self.variables)
                self.timings["program"] = (time.perf_counter() - start) * 1e3
            except BaseException as error:
                if type(error) is SystemExit and error.code in (None, 0):
                    self.notes.append((say("note.ended", self.job.options.lang), None))
                else:
                    self.problem = self.explain(error, state)
            if prepare is None:
                self.infer(state)
        self.timings["run"] = (time.perf_counter() - start) * 1e3
        return state

    def reset(self) -> None:
        """Fresh variables, prints and random stream, as a new interpreter would have."""
        options = self.job.options
        torch.set_default_dtype(getattr(torch, options.dtype))
        torch.set_default_device(options.device if options.device != "cpu" else None)  # again
        seed_everything(options.seed)
        self.printer.clear()
        self.notes.clear()
        for name in self.lent:
            text = say("note.lent", options.lang, text=LENT[name])
            self.notes.append((text, None))
        self.problem = None
        self.variables = {"__name__": "__main__", "__file__": NAME, "__builtins__": self.builtins()}

    def builtins(self) -> dict[str, Any]:
        """Python's own, with import and print replaced by ours."""
        own = dict(vars(builtins))
        note = lambda text, span: self.notes.append((text, span))  # noqa: E731
        own["__import__"] = importer(note, self.job.options.lang, self.printer.print)
        own["print"] = own["display"] = self.printer.print  # display is every notebook's
        own["exit"] = own["quit"] = sys.exit  # site's close the standard input besides
        for name in self.lent:
            own[name] = module_of(LENT[name])
        return own

    def connect(self, state: Capture) -> None:
        """Let the markers and the progress reach the recorder."""
        events = state.recorder.events
        pulse = state.recorder.pulse = Pulse(self, state, self.progress)
        numbers: dict[str, int] = {}
        late_at = time.perf_counter() + LATE * settings().deadline_s

        def enter(kind: str, key: str, name: str) -> None:
            numbers[key] = 0
            events.append(Enter(kind, key, name, kind))

        def iteration(key: str) -> None:
            number = numbers[key] = numbers.get(key, 0) + 1
            if events and type(events[-1]) is Iteration and events[-1].key == key:
                events.pop()  # nothing happened in the last one
            events.append(Iteration(key, number))
            pulse("forward", len(events))
            if time.perf_counter() > late_at:
                raise self.too_long(key, number)

        self.variables |= {
            ENTER: enter,
            EXIT: lambda key: events.append(Exit(key)),
            ITERATION: iteration,
        }

    def too_long(self, key: str, count: int) -> LimitError:
        """A loop that would run into the deadline, stopped while there is time to say where."""
        line, column = map(int, key.split(":"))
        text = (self.program.code if self.program.places else self.program.source).split("\n")[
            line - 1
        ]
        span = Span(line=line, column=column, end_line=line, end_column=max(column, len(text)))
        words: dict[str, Any] = {
            "seconds": f"{LATE * settings().deadline_s:g}",
            "count": f"{count:,}",
        }
        lang = self.job.options.lang
        return LimitError("loop_deadline", span=self.program.at(span), lang=lang, **words)

    def explain(self, error: BaseException, state: Capture) -> Problem:
        """The user's mistake in words."""
        culprit = culprit_of(error, state.events)
        return fault(error, self.program, self.job.options.lang, culprit=culprit)

    def infer(self, state: Capture) -> None:
        """A program without any backward gets its gradients from the inferred root."""
        if self.problem or any(_is_backward(event) for event in state.events):
            return
        root = self.inferred_root(state.events)
        if root is not None:
            self.chosen = root
            run_from(root, state, inferred=True)

    def inferred_root(self, events: list[Any]) -> Tensor | None:
        """The tensor named loss/L/cost/J, else the last expression, else the last one made."""
        for name in (*ROOT_NAMES, LAST) if self.has_last else ROOT_NAMES:
            tensor = self.variables.get(name)
            if isinstance(tensor, Tensor) and is_root(tensor):
                return tensor
        return last_made(events)


def last_made(events: list[Any]) -> Tensor | None:
    """The last tensor made that can be differentiated."""
    for event in reversed(events):
        out = event.out if isinstance(event, Op) else None
        for tensor in reversed(out if isinstance(out, (tuple, list)) else [out]):
            if isinstance(tensor, Tensor) and is_root(tensor):
                return tensor
    return None


def seed_everything(seed: int) -> None:
    """The random streams a program can reach: torch, Python, NumPy."""
    import random

    import numpy

    torch.manual_seed(seed)
    random.seed(seed)
    numpy.random.seed(seed % 2**32)


def is_root(tensor: Tensor) -> bool:
    """Whether backward can start here."""
    return tensor.grad_fn is not None and tensor.is_floating_point()


def _is_backward(event: Any) -> bool:
    return type(event).__name__ == "BackwardRun"


def run_from(root: Tensor, state: Capture, inferred: bool = False) -> None:
    """A backward pass of ours from `root`, seeded with ones, leaving the user's .grad as it was."""
    from torch.autograd.graph import _engine_run_backward as engine

    held = state.recorder.paused, state.muted
    state.recorder.paused, state.muted = 0, False
    try:
        args = ((torch.ones_like(root),), True, False, ())
        keywords = {"allow_unreachable": True, "accumulate_grad": True}
        state.record_backward(engine, [root], args, keywords, inferred=inferred)
    except RuntimeError:
        state.events.pop()
    finally:
        state.recorder.paused, state.muted = held


def run(job: Job, progress: Report | None = None) -> Finished:
    """Read, run, capture and assemble one job. The user's mistakes are values in the Outcome, and
    so is a mistake of ours."""
    try:
        with paused():
            check_options(job)
            with placed(job.options.device):
                return _run(job, progress or (lambda _: None))
    except GradreelError as error:
        return Finished(Outcome(problem=error.problem))
    except (RecursionError, MemoryError):
        return Finished(Outcome(problem=ProgramError("too_deep", lang=job.options.lang).problem))
    except Exception as error:
        lang, kind = job.options.lang, type(error).__name__
        return Finished(Outcome(problem=WorkerError("internal", lang=lang, kind=kind).problem))


def _run(job: Job, say: Report) -> Finished:
    say(Progress(stage="parse"))
    start = time.perf_counter()
    session = Session(job, read(job), say)
    session.timings["parse"] = (time.perf_counter() - start) * 1e3
    say(Progress(stage="forward"))
    state = session.execute()
    say(Progress(stage="graph", count=len(state.events)))
    followed = lambda found: outline(session, found, len(state.events), say)  # noqa: E731
    finished = assemble(session, state, followed=followed if job.is_watched else None)
    graph = finished.outcome.graph
    if graph and not graph.nodes and not session.problem and session.program.language == "torch":
        problem = uncalled(session.program.source, session.variables, job.options.lang)
        finished.outcome = replace(finished.outcome, problem=problem)
        return finished
    if job.options.root and not session.problem:
        return rerun(session, finished, job.options.root, state.events)
    return finished


def check_options(job: Job) -> None:
    """Raises ProgramError for a seed torch cannot take or a device this machine lacks."""
    options = job.options
    if not 0 <= options.seed < 2**63:
        raise ProgramError("bad_seed", lang=options.lang)
    if (reason := missing(options.device)) is not None:
        why = say(f"device.{reason}", options.lang)
        name = options.device[:40]
        raise ProgramError("no_such_device", lang=options.lang, name=name, reason=why)
