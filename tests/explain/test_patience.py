"""Computations end in time or are given up."""

import sys
import time

from app.explain.patience import by


def counted(most):
    found = 0
    for _ in range(most):
        try:
            found = sum((found, 1))
        except Exception:
            found = -1
    return found


def test_what_is_in_time_is_kept():
    assert by(time.monotonic() + 60, lambda: counted(1000), None) == 1000


def test_what_is_late_is_given_up():
    assert by(time.monotonic() - 1, lambda: counted(10**5), None) is None
    assert sys.getprofile() is None
