"""What Python's cycle collector is kept from looking through."""

import gc

from app.collector import paused, settled


def test_collector_goes_on_afterwards():
    with paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_settled_is_never_looked_through():
    before = gc.get_freeze_count()
    try:
        with settled():
            lists = [[] for _ in range(1_000)]
        assert gc.isenabled() and gc.get_freeze_count() >= before + len(lists)
        assert not any(one is lists[0] for one in gc.get_objects())
    finally:
        gc.unfreeze()
