"""One op's row and letters in; its formula in the program's own names, and in numbers, out."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor

from app.autograd.drafts import Draft
from app.explain.replay import Place
from app.explain.symbols import Symbols, tex
from app.explanations import Line
from app.ops.formula import latex, names_in
from app.ops.row import Row

#: between factors that are numbers
CDOT = r"\cdot "


def words_of(
    symbols: Symbols, row: Row, draft: Draft, letters: dict[str, Any], y: str
) -> dict[str, str]:
    """Letters → the program's own names; numbers and options as they are, what is absent as ''."""
    words = {name: word for name, v in letters.items() if (word := _word(v)) is not None}
    words |= {"y": y}
    for edge in draft.inputs:
        letter = row.argument_of(edge.argument)
        if letter is not None:
            words[letter] = symbols.of((edge.source, edge.output))
    x = letters.get(row.parameters[0][0])
    if words.get("reduction") and isinstance(x, Tensor) and x.numel() == 1:
        words["reduction"] = ""  # the mean of one element
    return words


def _word(value: Any) -> str | None:
    """A plain argument in a formula."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return tex(value)
    if isinstance(value, str):
        return rf"\text{{{''.join(c for c in value if c.isalnum() or c in ' ,->')[:40]}}}"
    if isinstance(value, (tuple, list)) and all(isinstance(v, int) for v in value):
        return ",".join(str(v) for v in value)
    return None


def formula_lines(
    symbols: Symbols, row: Row, draft: Draft, letters: dict[str, Any], place: Place
) -> list[Line]:
    """y = f(x), with numbers where everything is a scalar."""
    y = symbols.of(place)
    words = words_of(symbols, row, draft, letters, y)
    written = f"{y} = {latex(row.value, words)}"
    if row.value == "x" or row.op in ("reshape", "view"):
        written = f"{y} = {words.get('x', 'x')}"
    lines = [Line(role="formula", latex=written)]
    lines += [
        Line(role="formula", latex=f"{latex(name, words)} = {latex(text, words)}")
        for name, text in row.let.items()
        if name in names_in(row.value) and not isinstance(letters.get(name), (int, float))
    ]
    numbers = scalar_numbers(letters, row.value)
    is_picked = row.category in ("indexing", "shape")  # 3[0] = 3 says nothing
    if numbers is not None and letters["y"].numel() == 1 and not is_picked:
        value = tex(letters["y"].item())
        lines.append(
            Line(role="numbers", latex=f"{y} = {latex(row.value, numbers, dot=CDOT)} = {value}")
        )
    return lines


def scalar_numbers(letters: dict[str, Any], text: str) -> dict[str, str] | None:
    """Letters → numbers, where every letter of a formula stands for one number."""
    numbers = {}
    for name in names_in(text):
        value = letters.get(name)
        if name == "pi":
            continue
        if isinstance(value, Tensor) and value.numel() == 1:
            numbers[name] = tex(value.item())
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            factor = rf"\b{name} \*(?!\*)"  # alpha=1 says nothing, an exponent of 1 does
            is_silent = value == 1 and len(re.findall(rf"\b{name}\b", text)) == len(
                re.findall(factor, text)
            )
            numbers[name] = "" if is_silent else tex(value)
        elif value is None or isinstance(value, str):
            numbers[name] = ""  # an option; with single elements there is nothing to average
        elif name in letters:
            return None
    return numbers
