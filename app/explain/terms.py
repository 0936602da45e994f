"""Products that add up to a number in; the written sum, out."""

from __future__ import annotations

import dataclasses

from torch import Tensor

from app.explain.symbols import plain, tex

#: terms written out before the rest is only counted
WRITTEN = 6
#: significant digits tried: where terms cancel, four do not show where the total comes from
DIGITS = (4, 6, 8)


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One product: a gradient or a value times a weight, each perhaps with a name."""

    left: float
    right: float

    @property
    def product(self) -> float:
        """Its value."""
        return float(self.left) * float(self.right)


def summed(terms: list[Term], total: float) -> str:
    """a·b + c·d + …: the first terms, then how many more and what they come to; with as many digits
    as it takes for whoever adds them up to find the total."""
    rest = terms[WRITTEN:]
    left = [(t.left, t.right) for t in terms[:WRITTEN]]
    left += [(sum(t.product for t in rest), 1.0)] if rest else []
    digits = digits_for(left, total)
    write = lambda x: plain(tex(x, digits))  # noqa: E731
    shown = [rf"{write(t.left)} \cdot {write(t.right)}" for t in terms[:WRITTEN]]
    if rest:
        others = tex(sum(t.product for t in rest), digits)
        shown.append(rf"\underbrace{{{plain(others)}}}_{{{len(rest)}\ \text{{more}}}}")
    return " + ".join(shown) or "0"


def digits_for(products: list[tuple[float, float]], total: float) -> int:
    """The fewest digits with which these products visibly sum to the total."""
    if any(isinstance(x, complex) for product in products for x in product):
        return DIGITS[0]
    return next((d for d in DIGITS if _adds_up(products, total, d)), DIGITS[0])


def _adds_up(products: list[tuple[float, float]], total: float, digits: int) -> bool:
    """Whether factors rounded like this still sum to the number written beside them."""
    rounded = [(float(f"{a:.{digits}g}"), float(f"{b:.{digits}g}")) for a, b in products]
    return abs(sum(a * b for a, b in rounded) - total) <= 2e-3 * abs(total)


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
