"""Gradreel: paste a program, see it run forwards and backwards, understand every number.

In a notebook: `from app import show, trace` (torch is imported when they first are)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.notebook import show as show
    from app.notebook import trace as trace

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in ("show", "trace"):
        from app import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
