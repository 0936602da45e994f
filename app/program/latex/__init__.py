"""LaTeX in; the torch program it means, as a tree placed at the LaTeX, out."""

from app.program.latex.formulas import is_latex
from app.program.latex.reader import read_latex

__all__ = ["is_latex", "read_latex"]
