"""Numbers and Values in; the short text a person reads out.

4 significant digits, scientific below 1e-3 or from 1e5, true minus sign (U+2212)."""

from __future__ import annotations

import math
from typing import Any

from app.graph import Value

MINUS = "\u2212"
SPECIAL = {"nan": "NaN", "inf": "∞", "-inf": MINUS + "∞"}


def text_of(number: Any) -> str:
    """One element: 2.42, −0.0898, 1.5e−7, 12, True, NaN."""
    if isinstance(number, bool):
        return str(number)
    if isinstance(number, float):
        return _of_float(number)
    if isinstance(number, str):
        return SPECIAL.get(number, number)
    if number is None:
        return "—"
    if isinstance(number, int):
        return (
            str(number).replace("-", MINUS) if abs(number) < 10**5 else _scientific(float(number))
        )
    return str(number)


def _of_float(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else MINUS + "∞"
    if number == 0:
        return "0"
    if not 1e-3 <= abs(number) < 1e5:
        return _scientific(number)
    text = f"{number:.4g}" if abs(number) < 9999.5 else f"{number:.0f}"
    return MINUS + text[1:] if number < 0 else text


def _scientific(number: float) -> str:
    mantissa, _, exponent = f"{number:.3e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def shape_of(shape: list[int]) -> str:
    """[3, 4] → 3×4."""
    return "×".join(str(n) for n in shape)


def brief(value: Value, shape: list[int]) -> str:
    """A whole tensor on one line: the number, a few elements, or its shape and norm."""
    if value.numel == 1 and value.data is not None:
        return text_of(_first(value.data))
    if len(shape) == 1 and value.data is not None and value.numel <= 4:
        return "[" + ", ".join(text_of(x) for x in value.data) + "]"
    size = f"[{shape_of(shape)}]"
    if value.norm is None:
        return size if shape else "?"  # a scalar whose number nobody recorded
    return f"{size} |·| {text_of(value.norm)}"


def _first(content: Any) -> Any:
    while isinstance(content, list):
        content = content[0]
    return content


def sign_of(value: Value | None) -> int | None:
    """−1, 0 or 1 for a single number, else None."""
    if value is None or value.numel != 1 or value.data is None:
        return None
    number = _first(value.data)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    return (number > 0) - (number < 0)
