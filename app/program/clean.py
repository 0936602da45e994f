"""Text as people paste it in; the Python inside it, with the place of every line, out."""

from __future__ import annotations

import re

PROMPT = re.compile(r"^\s*(?:>>>|In \[\d*\]:|\.\.\.(?=\s|$)|\.{3}:)\s?")
OUT = re.compile(r"^\s*Out\[\d*\]:")
GLUED = re.compile(r"^(?:[A-Za-z]*?)?Copy code")
FENCE = re.compile(r"^\s*```")
#: characters copied from web pages that Python does not read, and what they stand for
LOOKALIKES = str.maketrans(
    {
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\u3000": " ",
        "\u201c": '"',
        "\u201d": '"',
        "\u2018": "'",
        "\u2019": "'",
    }
)
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")


def clean(source: str) -> tuple[str, list[tuple[int, int]]]:
    """(python text, places): places[i] is the (line, column) in `source` where line i+1 begins."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    prompted = any(re.match(r"^\s*(?:>>>|In \[\d*\]:)", line) for line in lines)
    kept: list[str] = []
    places: list[tuple[int, int]] = []
    glue_allowed = True
    for number, line in enumerate(lines, 1):
        column = 0
        if FENCE.match(line) or (prompted and OUT.match(line)):
            continue
        if glue_allowed and line.strip():
            glue_allowed = False
            if match := GLUED.match(line):
                column = match.end()
        if prompted and (match := PROMPT.match(line, column)):
            column = match.end()
        elif prompted and line.strip() and kept and not line.startswith((" ", "\t")):
            continue  # what the interpreter answered
        kept.append(_readable(line[column:]))
        places.append((number, column))
    return "\n".join(kept), places


def _readable(text: str) -> str:
    if text.isascii():
        return text
    text = INVISIBLE.sub(" ", text) if not text.lstrip().startswith("#") else text
    quotes = "\u201c\u201d\u2018\u2019"
    if any(q in text for q in quotes) and ('"' in text or "'" in text):
        kept = {k: v for k, v in LOOKALIKES.items() if chr(k) not in quotes}
        return text.translate(kept)  # curly quotes inside a proper string are the user's own
    return text.translate(LOOKALIKES)
