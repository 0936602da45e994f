"""A computation and a moment in; its result, or another where it has not come by then, out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


class Late(BaseException):
    """Raised inside a computation that is out of time; no Exception, which it might catch."""


def by(deadline: float, compute: Callable[[], Result], otherwise: Result) -> Result:
    """What `compute` gives by `deadline` (monotonic seconds), else `otherwise`. Looks at the clock
    as calls go by: a confined worker has neither signals nor processes for it."""
    calls = 0

    def look(_frame: FrameType, _event: str, _arg: object) -> None:
        nonlocal calls
        calls += 1
        if not calls & 255 and time.monotonic() > deadline:
            raise Late

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        return compute()
    except Late:
        return otherwise
    finally:
        sys.setprofile(before)
