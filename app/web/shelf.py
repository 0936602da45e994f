"""Finished runs of open pages in; those kept, within one budget for the whole server, out.

What is dropped can be had again: a page's last job is remembered, and runs the same each time."""

from __future__ import annotations

from collections import OrderedDict

from app.web.draw import Drawable


class Shelf:
    """Runs by the name of their page: at most `limit` bytes, the least recently used go first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.kept: OrderedDict[str, Drawable] = OrderedDict()

    def put(self, name: str, run: Drawable) -> None:
        """Keep a page's run in place of its last."""
        self.drop(name)
        self.kept[name] = run
        self.size += run.size
        while self.size > self.limit:
            self.drop(next(iter(self.kept)))

    def get(self, name: str) -> Drawable | None:
        """A page's run, now the most recently used; None where it was dropped."""
        run = self.kept.get(name)
        if run is not None:
            self.kept.move_to_end(name)
        return run

    def drop(self, name: str) -> None:
        """Forget a page's run."""
        if run := self.kept.pop(name, None):
            self.size -= run.size
