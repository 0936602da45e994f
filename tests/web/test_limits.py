"""The token bucket: bursts, refill, and separate addresses."""

from __future__ import annotations

from app.web.limits import ADDRESSES, Bucket


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
