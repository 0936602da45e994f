"""What is visible of a Graph, and where it goes."""

from app.layout.engine import lay_out, roomiest
from app.layout.fold import Fold, visible
from app.layout.layout import Layout, Plan
from app.layout.pool import LayoutPool

__all__ = ["Fold", "Layout", "LayoutPool", "Plan", "lay_out", "roomiest", "visible"]
