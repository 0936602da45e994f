"""An answer in; the same with the words inside its formulas in the reader's language, out.

The table writes formulas once, in English; whole `\\text{…}` phrases with a space (and the `else` of
a case) can be no name of the program's, so they are exchanged afterwards."""

from __future__ import annotations

import json

import msgspec

from app.explanations import Answer, Card, Derivation, Origin, Paths
from app.words import say

#: phrases of app/ops/notation.py and of written sums
PHRASES = (
    "else", "more", "kth", "smallest", "back", "chosen", "element", "extremum", "largest", "spread",
    "from_end", "top", "scalar",
    "running_max", "running_min", "running_product", "seed",
)  # fmt: skip


def spoken(answer: Answer, lang: str) -> Answer:
    """Only answers that write formulas are touched."""
    if lang == "en" or not isinstance(answer, (Card, Origin, Derivation, Paths)):
        return answer
    text = msgspec.json.encode(answer).decode()
    for phrase in PHRASES:
        ours, theirs = (_text(say(f"tex.{phrase}", one)) for one in ("en", lang))
        text = text.replace(ours, theirs)
    return msgspec.json.decode(text, type=type(answer))


def _text(words: str) -> str:
    r"""\text{words} as it stands in JSON."""
    return json.dumps(rf"\text{{{words}}}", ensure_ascii=False)[1:-1]
