"""A notebook file (.ipynb, JSON) in; the code of its cells, one after the other, out."""

from __future__ import annotations

import json
import re
from typing import Any


def is_notebook(source: str) -> bool:
    """By what no notebook lacks, without reading it."""
    return source.lstrip("\ufeff \t\r\n").startswith("{") and bool(
        re.search(r'"cells"\s*:\s*\[', source) and re.search(r'"cell_type"\s*:', source)
    )


def code_of(source: str) -> str | None:
    """None where it is no notebook, or has no code; a file cut off at its end is not read."""
    if not is_notebook(source):
        return None
    try:
        cells = json.loads(source.lstrip("\ufeff"))["cells"]
        texts = [_text(cell) for cell in cells if cell.get("cell_type") == "code"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return "\n\n".join(text for text in texts if text) + "\n" if any(texts) else None


def _text(cell: Any) -> str:
    given = cell.get("source", "")
    return ("".join(map(str, given)) if isinstance(given, list) else str(given)).strip("\n")
