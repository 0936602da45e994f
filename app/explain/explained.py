"""A Job in; its Outcome and the answers to every question about it, out (worker side)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

from app.autograd import Finished
from app.autograd import run as trace
from app.autograd.device import placed
from app.autograd.pulse import Report
from app.errors import GradreelError, ProgramError, WorkerError
from app.explain.card import Cards
from app.explain.check import Checker
from app.explain.curve import Curves
from app.explain.derive import Deriver
from app.explain.distribution import distribution
from app.explain.health import Examiner
from app.explain.memory import Keeper
from app.explain.origin import Origins
from app.explain.paths import paths_to
from app.explain.replay import Backward, Replay, Unreplayable, is_out_of_memory
from app.explain.slices import sliced
from app.explain.spoken import spoken
from app.explain.why import Doctor
from app.explanations import (
    Answer,
    CheckGradients,
    Curve,
    Derive,
    Distribution,
    EdgeCard,
    Examine,
    NodeCard,
    OriginOf,
    PathsBetween,
    Question,
    Remember,
    Slice,
    Unanswered,
    Why,
)
from app.protocol import Job, Outcome
from app.settings import settings

#: questions about one place, answered also where the middle of the run was left out
LOCAL = (Slice, Distribution, NodeCard, EdgeCard, OriginOf)
log = logging.getLogger("gradreel")


class Explained:
    """A finished run that answers questions, each computed when asked."""

    def __init__(self, finished: Finished) -> None:
        self.finished = finished
        self.kept: dict[Question, Answer] = {}

    @property
    def outcome(self) -> Outcome:
        """What the run came to."""
        return self.finished.outcome

    @cached_property
    def replay(self) -> Replay:
        """The run as something to compute again."""
        return Replay(self.finished)

    @cached_property
    def cards(self) -> Cards:
        """Who writes this run's cards."""
        return Cards(self.replay, self.finished.lang)

    @property
    def backward(self) -> Backward:
        """The last backward pass. Raises ProgramError where there is none."""
        if not self.replay.passes:
            raise self.refused("no_backward_pass")
        return self.replay.passes[-1]

    def refused(self, code: str, **words: Any) -> ProgramError:
        """A question this run has no answer to."""
        return ProgramError(code, lang=self.finished.lang, **words)

    @property
    def device(self) -> str:
        """Where the program ran."""
        graph = self.outcome.graph
        return graph.run.device if graph else "cpu"

    def answer(self, question: Question) -> Answer:
        """The answer; whatever goes wrong becomes a problem in words."""
        try:
            if self.finished.assembly is None:
                raise self.refused("nothing_to_ask")
            if self.finished.assembly.left_out and not isinstance(question, LOCAL):
                raise self.refused("run_abridged")
            with placed(self.device):
                return spoken(ANSWERS[type(question)](self, question), self.finished.lang)
        except GradreelError as error:
            return Unanswered(problem=error.problem)
        except Unreplayable as reason:
            op = self.replay.drafts[reason.draft].op
            return Unanswered(problem=self.refused(f"replay_{reason.code}", op=op).problem)
        except RecursionError:
            return Unanswered(problem=self.refused("too_deep").problem)
        except Exception as error:
            if is_out_of_memory(error):
                limit = settings().memory_mib
                return Unanswered(problem=self.refused("question_memory", limit=limit).problem)
            log.exception("a question failed")
            lang, kind = self.finished.lang, type(error).__name__
            return Unanswered(problem=WorkerError("internal", lang=lang, kind=kind).problem)


def _origin(explained: Explained, question: OriginOf) -> Answer:
    lang = explained.finished.lang
    return Origins(explained.replay, explained.cards.symbols, lang).of(question)


def _derive(explained: Explained, _: Derive) -> Answer:
    lang = explained.finished.lang
    return Deriver(explained.replay, explained.backward, explained.cards.symbols, lang).derivation()


def _check(explained: Explained, _: CheckGradients) -> Answer:
    return Checker(explained.replay, explained.backward, explained.finished.lang).all()


#: kind of question → who answers
ANSWERS: dict[type, Callable[[Explained, Any], Answer]] = {
    Slice: lambda explained, question: sliced(explained.finished, question),
    Distribution: lambda explained, question: distribution(explained.finished, question),
    CheckGradients: _check,
    EdgeCard: lambda explained, question: explained.cards.edge(question),
    NodeCard: lambda explained, question: explained.cards.node(question),
    OriginOf: _origin,
    Derive: _derive,
    PathsBetween: lambda explained, question: paths_to(
        explained.replay, explained.backward, question.leaf, explained.finished.lang
    ),
    Why: lambda explained, _: Doctor(explained.replay, explained.finished.lang).reasons(),
    Curve: lambda explained, question: Curves(
        explained.replay, explained.backward, explained.finished.lang
    ).of(question.leaf),
    Examine: lambda explained, _: Examiner(explained.replay, explained.finished.lang).health(),
    Remember: lambda explained, _: Keeper(explained.replay, explained.finished.lang).memory(),
}


def run(job: Job, progress: Report | None = None) -> Explained:
    """Run one job; its answers wait for questions."""
    return Explained(trace(job, progress))
