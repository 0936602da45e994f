"""Products that add up to a number in; the written sum, out."""

from __future__ import annotations

import dataclasses

from torch import Tensor

from app.explain.symbols import plain, tex

#: terms written out before the rest is only counted
WRITTEN = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One product: a gradient or a value times a weight, each perhaps with a name."""

    left: float
    right: float

    @property
    def product(self) -> float:
        """Its value."""
        return float(self.left) * float(self.right)


def summed(terms: list[Term]) -> str:
    """a·b + c·d + …: the first terms, then how many more and what they come to."""
    shown = [f"{plain(tex(t.left))} \\cdot {plain(tex(t.right))}" for t in terms[:WRITTEN]]
    rest = terms[WRITTEN:]
    if rest:
        total = tex(sum(t.product for t in rest))
        shown.append(rf"\underbrace{{{plain(total)}}}_{{{len(rest)}\ \text{{more}}}}")
    return " + ".join(shown) or "0"


def column_terms(columns: list[Tensor | None], upstream: dict[int, Tensor]) -> list[Term]:
    """Σₖ gₖ · ∂yₖ/∂x over the outputs' elements where the derivative is not zero."""
    terms = []
    for output, g in upstream.items():
        column = columns[output] if output < len(columns) else None
        if column is None:
            continue
        for at in column.flatten().nonzero().flatten().tolist():
            terms.append(Term(g.flatten()[at].item(), column.flatten()[at].item()))
    return terms
