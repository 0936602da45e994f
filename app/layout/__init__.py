"""What is visible of a Graph, and where it goes."""

from app.layout.engine import lay_out, scale_in
from app.layout.find import Found, find
from app.layout.fold import Fold, all_below, revealing, visible
from app.layout.layout import Layout, Plan
from app.layout.part import part_of
from app.layout.pool import LayoutPool
from app.layout.roomiest import reach, roomiest

__all__ = [
    "Fold",
    "Found",
    "Layout",
    "LayoutPool",
    "Plan",
    "all_below",
    "find",
    "lay_out",
    "part_of",
    "reach",
    "revealing",
    "roomiest",
    "scale_in",
    "visible",
]
