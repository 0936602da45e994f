"""A worker's end in; the code the user sees out."""

from __future__ import annotations

import pytest

from app.errors import LimitError
from app.sandbox.channel import Broken, Dishonest, TooLarge
from app.sandbox.verdict import cause_of, verdict
from app.sandbox.watch import Watch
from app.settings import Settings


@pytest.mark.parametrize(
    ("error", "fate", "code"),
    [
        (TimeoutError(), None, "deadline"),
        (Broken(), -24, "deadline"),
        (TooLarge(), None, "reply_too_large"),
        (Broken(), -9, "memory_limit"),
        (Broken(), 77, "memory_limit"),
        (Broken(), -11, "worker_crashed"),
        (Broken(), 0, "worker_crashed"),
        (Broken(), None, "worker_reply"),
        (Dishonest(), None, "worker_reply"),
        (OSError(), None, "worker_reply"),
        (LimitError("busy"), None, "busy"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_end_has_its_code(error: Exception, fate: int | None, code: str, lang: str) -> None:
    problem = verdict(error, fate, Watch(None), Settings(), lang)
    assert problem.code == code
    assert "{" not in problem.message + problem.hint


def test_cause_names_signal() -> None:
    assert (cause_of(-11), cause_of(3), cause_of(-63)) == ("SIGSEGV", "exit 3", "signal 63")
