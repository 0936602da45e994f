"""A request or live socket in; whether its address, and the server, has room left for it, out."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
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


class Seats:
    """Live sockets now open: at most `most`, and `each` of one address."""

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.each = each
        self.taken: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Sit down; False where there is no room."""
        if self.taken.total() >= self.most or self.taken[address] >= self.each:
            return False
        self.taken[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Stand up."""
        self.taken[address] -= 1
        if self.taken[address] <= 0:
            del self.taken[address]


def address_of(connection: Any) -> str:
    """Who is asking: an address, of IPv6 the /64 that one subscriber has all of."""
    host = connection.client.host if connection.client else "?"
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)[:100]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def allowed(connection: Any, kind: str = "bucket") -> bool:
    """Whether this request or socket message may go on; `kind` names the app's bucket."""
    bucket: Bucket = getattr(connection.app.state, kind)
    return bucket.take(address_of(connection))
