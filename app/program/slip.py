"""Nothing in; what a finder of slips tells of a line, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Slip(NamedTuple):
    """Where it stands in its line, and what the line becomes; None where nobody can tell."""

    start: int
    end: int
    line: str | None
    words: dict[str, object] = {}


#: a line, the other lines, the reader's language → the slip in it
Finder = Callable[[str, str, str], Slip | None]
