"""A problem in; the lines a terminal shows of it and of its repair, out."""

from __future__ import annotations

import difflib

from app.errors import Problem


def changes(source: str, repair: str) -> str:
    """Only the lines that change, - before and + after."""
    pair = source.split("\n"), repair.split("\n")
    rows = list(difflib.unified_diff(*pair, n=0, lineterm=""))[2:]
    most = 60
    rest = [] if len(rows) <= most else [f"… {len(rows) - most} more"]
    return "\n".join(f"  {row}" for row in [*rows[:most], *rest])


def line_of(problem: Problem) -> str:
    """line:column: code: message, then the hint, the frames, what else the repair mends (+) and what
    it leaves (!)."""
    place = f"{problem.span.line}:{problem.span.column}: " if problem.span else ""
    lines = [f"{place}{problem.code}: {problem.message}", f"  {problem.hint}"]
    lines += [f"  {frame}" for frame in problem.frames]
    lines += [f"  + {also}" for also in problem.mends]
    lines += [f"  ! {problem.remains}"] if problem.remains else []
    return "\n".join(lines)
