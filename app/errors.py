"""Every error a user can meet: a code, a message, a hint and a span.

GradreelError
├── ProgramError       the user's program is at fault (HTTP 422, exit 2)
├── LimitError         a limit of this installation was reached (HTTP 422, exit 2)
├── Refused            a problem another process has already put into words
└── WorkerError        the worker broke for reasons of ours (HTTP 500, exit 1)
"""

from __future__ import annotations

from app.graph import Span, Struct
from app.words import say


class Problem(Struct, frozen=True, kw_only=True):
    """An error on the wire. `code` has a line in docs/errors.md; `frames` are the user's own
    traceback lines, outermost first; `repair` is a corrected source the user may accept, `mends` what
    else it mends, and `remains` what a run of it still fails with."""

    code: str
    message: str
    hint: str
    span: Span | None = None
    frames: list[str] = []
    repair: str | None = None
    mends: list[str] = []
    remains: str | None = None


class GradreelError(Exception):
    """Base: `code` picks message and hint from the catalogue (`error.CODE`, `error.CODE.hint`)."""

    def __init__(
        self,
        code: str,
        *,
        span: Span | None = None,
        lang: str = "en",
        repair: str | None = None,
        frames: list[str] | None = None,
        **words: object,
    ) -> None:
        self.problem = Problem(
            code=code,
            message=say(f"error.{code}", lang, **words),
            hint=say(f"error.{code}.hint", lang, **words),
            span=span,
            frames=frames or [],
            repair=repair,
        )
        super().__init__(self.problem.message)


class ProgramError(GradreelError):
    """The user's program is at fault."""


class LimitError(GradreelError):
    """A limit of this installation was reached: time, memory, output, size."""


class Refused(GradreelError):
    """Carries a Problem as another process said it."""

    def __init__(self, problem: Problem) -> None:
        Exception.__init__(self, problem.message)
        self.problem = problem


class WorkerError(GradreelError):
    """The worker broke for reasons that are ours."""
