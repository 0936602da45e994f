"""A value, or JSON already, in; JSON that cannot end the script element it stands in, out."""

from __future__ import annotations

import json
from typing import Any


def safe_json(value: Any) -> str:
    """Compact JSON in which no `<` and no line separator of JavaScript's occurs."""
    return safe(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def safe(text: str) -> str:
    """The same of JSON text: what is replaced can only stand inside its strings."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
