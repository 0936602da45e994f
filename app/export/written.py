"""A Value, its shape and dtype in; every digit and every known element as lines of text, out."""

from __future__ import annotations

import struct
from typing import Any

from app.graph import Value
from app.numbers import MINUS, SPECIAL, shape_of, text_of
from app.words import say

#: numbers of a vector on one line
ROW = 8


def exact(number: Any, dtype: str) -> str:
    """The shortest text that reads back as the same number of this dtype; true minus sign."""
    if isinstance(number, str):
        return SPECIAL.get(number, number)
    if not isinstance(number, float):
        return str(number).replace("-", MINUS)
    text = repr(number)
    if dtype in ("float32", "float16", "bfloat16") and abs(number) < 3.5e38:
        tries = (f"{number:.{digits}g}" for digits in range(1, 18))
        text = repr(float(next(text for text in tries if _single(text) == number)))
    return text.removesuffix(".0").replace("-", MINUS)


def _single(text: str) -> float:
    """What float32 makes of a text; infinity beyond its range."""
    try:
        found: float = struct.unpack("f", struct.pack("f", float(text)))[0]
    except OverflowError:
        return float("inf")
    return found


def written(value: Value, shape: list[int], dtype: str, lang: str = "en") -> str:
    """All elements where they are known, row under row; else what is known of them together."""
    if value.data is None or value.numel == 0:
        return _statistics(value, lang)
    if not isinstance(value.data, list):
        return exact(value.data, dtype)
    if len(shape) < 2:
        items = [exact(item, dtype) for item in value.data]
        rows = [items[k : k + ROW] for k in range(0, len(items), ROW)]
        return _aligned(rows)
    return "\n\n".join(
        _aligned([[exact(item, dtype) for item in row] for row in matrix])
        for matrix in _matrices(value.data, len(shape))
    )


def _matrices(data: Any, rank: int) -> list[Any]:
    if rank == 2:
        return [data]
    return [matrix for part in data for matrix in _matrices(part, rank - 1)]


def _aligned(rows: list[list[str]]) -> str:
    wide = max((len(item) for row in rows for item in row), default=0)
    if len(rows) == 1:
        return "  ".join(rows[0])
    return "\n".join("  ".join(item.rjust(wide) for item in row) for row in rows)


def _statistics(value: Value, lang: str) -> str:
    parts = [("min", value.min), ("max", value.max), ("mean", value.mean), ("std", value.std)]
    known = [f"{name} {text_of(x)}" for name, x in [*parts, ("|·|", value.norm)] if x is not None]
    if value.zero:
        known.append(say("page.zeros", lang, count=value.zero))
    known += [f"{name} {count}" for name, count in (("NaN", value.nan), ("∞", value.inf)) if count]
    lines = [say("reel.elements", lang, count=f"{value.numel:,}"), "  ".join(known)]
    if value.approximate:
        lines.append(say("page.sampled", lang))
    return "\n".join(line for line in lines if line)


def size_of(shape: list[int], dtype: str, lang: str = "en") -> str:
    """`[2×3] float32`, or `scalar float64`."""
    size = f"[{shape_of(shape)}]" if shape else say("page.scalar", lang)
    return f"{size} {dtype}"
