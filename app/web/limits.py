"""A request in; whether its address still has requests left this minute, out."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

#: addresses remembered at once
ADDRESSES = 10_000


class Bucket:
    """A token bucket per address: `per_minute` tokens, refilled evenly."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float | None = None) -> bool:
        """Take a token; False when there is none."""
        now = time.monotonic() if now is None else now
        tokens, then = self.left.pop(address, (float(self.per_minute), now))
        tokens = min(self.per_minute, tokens + (now - then) * self.per_minute / 60)
        self.left[address] = (tokens - 1 if tokens >= 1 else tokens, now)
        while len(self.left) > ADDRESSES:
            self.left.popitem(last=False)
        return tokens >= 1


def allowed(connection: Any) -> bool:
    """Whether this request or socket message may go on."""
    address = connection.client.host if connection.client else "?"
    bucket: Bucket = connection.app.state.bucket
    return bucket.take(address)
