"""A Job in; its Outcome, and a mind that answers questions about it, out (worker side)."""

from app.explain.explained import Explained, run

__all__ = ["Explained", "run"]
