"""Names of open documents in; for each the halted worker of its last run, while it is kept, out."""

from __future__ import annotations

import time
from collections import OrderedDict

from app.sandbox.handle import Worker


class Documents:
    """At most `most` workers that hold at most `room` bytes, none idle for longer than `idle_s`
    seconds once `sweep` has run."""

    def __init__(self, most: int, idle_s: float, room: int) -> None:
        self.most = most
        self.idle_s = idle_s
        self.room = room
        self.workers: OrderedDict[str, Worker] = OrderedDict()

    def __len__(self) -> int:
        return len(self.workers)

    def __contains__(self, name: str) -> bool:
        return name in self.workers

    def adopt(self, name: str, worker: Worker) -> None:
        """Keep a worker in place of the document's last one; the least recently used may go."""
        self.drop(name)
        worker.used = time.monotonic()
        worker.halt()
        self.workers[name] = worker
        while len(self.workers) > self.most:
            self.drop(next(iter(self.workers)))
        self._make_room()

    def touch(self, name: str) -> Worker | None:
        """The document's worker, now the most recently used."""
        worker = self.workers.get(name)
        if worker is not None:
            self.workers.move_to_end(name)
            worker.used = time.monotonic()
        return worker

    def drop(self, name: str) -> None:
        """Forget a document and kill its worker."""
        worker = self.workers.pop(name, None)
        if worker is not None:
            worker.kill()

    def sweep(self) -> None:
        """Drop what nobody has touched for too long, and what has died."""
        now = time.monotonic()
        for name, worker in list(self.workers.items()):
            if now - worker.used > self.idle_s or worker.reader.at_eof():
                self.drop(name)
        self._make_room()

    def _make_room(self) -> None:
        """Drop the largest until the rest fit: whoever hoards makes nobody else lose a worker."""
        held = {name: worker.held for name, worker in self.workers.items()}
        while len(held) > 1 and sum(held.values()) > self.room:
            largest = max(held, key=held.__getitem__)
            del held[largest]
            self.drop(largest)

    def clear(self) -> None:
        """Drop all."""
        for name in list(self.workers):
            self.drop(name)
