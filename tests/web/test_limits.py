"""The token bucket: bursts, refill, and separate addresses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.web.limits import ADDRESSES, Bucket, Seats, address_of


def test_burst_ends_at_limit() -> None:
    bucket = Bucket(3)
    assert [bucket.take("a", 0.0) for _ in range(4)] == [True, True, True, False]


def test_tokens_refill_evenly() -> None:
    bucket = Bucket(60)
    assert all(bucket.take("a", 0.0) for _ in range(60))
    assert not bucket.take("a", 0.9)
    assert bucket.take("a", 2.0)


def test_addresses_do_not_share() -> None:
    bucket = Bucket(1)
    assert bucket.take("a", 0.0)
    assert bucket.take("b", 0.0)
    assert not bucket.take("a", 0.0)


def test_memory_of_addresses_is_bounded() -> None:
    bucket = Bucket(1)
    for number in range(ADDRESSES + 5):
        bucket.take(str(number), 0.0)
    assert len(bucket.left) == ADDRESSES


def test_seats_are_bounded_overall_and_each() -> None:
    seats = Seats(3, 2)
    assert [seats.take("a") for _ in range(3)] == [True, True, False]
    assert seats.take("b") and not seats.take("c")
    seats.leave("a")
    assert seats.take("c") and not seats.take("a")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_ipv6_subscriber_is_one_address(host: str, address: str) -> None:
    assert address_of(SimpleNamespace(client=SimpleNamespace(host=host))) == address
