"""The budget for finished runs of open pages: who goes first, and that nothing is counted twice."""

from __future__ import annotations

from app.web.draw import Drawable
from app.web.shelf import Shelf


def run(size: int) -> Drawable:
    return Drawable(key="k", graph=bytes(size), autograd=b"", nodes=1, edges=0, root_name=None)


def test_least_recently_used_goes_first() -> None:
    shelf = Shelf(20)
    shelf.put("a", run(8))
    shelf.put("b", run(8))
    assert shelf.get("a")
    shelf.put("c", run(8))
    assert shelf.get("b") is None and shelf.get("a") and shelf.size == 16


def test_replaced_and_dropped_cost_nothing() -> None:
    shelf = Shelf(20)
    shelf.put("a", run(9))
    shelf.put("a", run(5))
    assert shelf.size == 5
    shelf.drop("a")
    shelf.drop("a")
    assert shelf.size == 0


def test_larger_than_all_is_not_kept() -> None:
    shelf = Shelf(20)
    shelf.put("a", run(21))
    assert shelf.get("a") is None and shelf.size == 0
