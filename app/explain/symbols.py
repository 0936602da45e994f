"""Drafts and numbers of a run in; the LaTeX a card writes for them, out."""

from __future__ import annotations

import math
import re
from typing import Any

from torch import Tensor

from app.explain.replay import Backward, Place, Replay
from app.numbers import MINUS, text_of
from app.ops.formula import word_of


def tex(x: Any, digits: int = 4) -> str:
    """A number as LaTeX, with the digits it has everywhere else on screen."""
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        return rf"\text{{{x}}}"
    if math.isnan(x):
        return r"\mathrm{NaN}"
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    text = text_of(x).replace(MINUS, "-") if digits == 4 else f"{x:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    exponent = exponent and str(int(exponent))
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def plain(number: str) -> str:
    """A number as a factor: in parentheses where it is negative."""
    return rf"\left({number}\right)" if number.startswith("-") else number


def partial(top: str, bottom: str) -> str:
    """∂top/∂bottom"""
    return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"


def element(symbol: str, index: list[int] | None) -> str:
    """symbol with subscripts; one already subscripted is bracketed first."""
    if not index:
        return symbol
    inner = ",".join(str(i) for i in index)
    if re.search(r"_\{[^}]*\}$", symbol):
        return rf"{{\left({symbol}\right)}}_{{{inner}}}"
    return f"{{{symbol}}}_{{{inner}}}"


class Symbols:
    """The letter of every tensor of a run: the program's own name, a constant's number, or v₃."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay

    def of(self, place: Place) -> str:
        """The symbol of one tensor."""
        draft = self.replay.drafts[place[0]]
        name = self.name(place)
        if name is not None:
            return word_of(name)
        if draft.kind != "op":
            number = self.constant(place)
            if number is not None:
                return number
        suffix = f",{place[1]}" if len(draft.outputs) > 1 else ""
        return f"v_{{{self.replay.assembly.ids.get(draft.index, '?')[1:]}{suffix}}}"

    def name(self, place: Place) -> str | None:
        """The user's name of a tensor, or None."""
        draft = self.replay.drafts[place[0]]
        if not draft.name:
            return None
        names = draft.name.split(", ")
        return names[min(place[1], len(names) - 1)]  # of o, state the last is all the others

    def constant(self, place: Place) -> str | None:
        """An unnamed constant scalar's number."""
        tensor = self.replay.value(place)
        return tex(tensor.item()) if tensor.numel() == 1 else None

    def root(self, backward: Backward) -> str:
        """The symbol of what a pass differentiated; a root without a name is L."""
        roots = self.replay.roots(backward)
        if not roots:
            return "L"
        place = roots[0][0]
        symbol = self.of(place) if self.name(place) else "L"
        tensor: Tensor = self.replay.drafts[place[0]].outputs[place[1]].tensor
        if tensor.numel() == 1 and len(roots) == 1:
            return symbol
        return rf"\textstyle\sum {symbol}"
