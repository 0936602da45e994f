"""A network told part by part, or drawn as boxes and arrows, in; the layer line that says the same, out."""

from __future__ import annotations

import re

from app.program.network.line import known

_FRAME = re.compile(r"^[\s+|=_─│┌┐└┘├┤╭╮╰╯═║-]*$")
_BETWEEN = re.compile(r"-+>|=+>|→|⟶|➔|⇒|[|│,;\n]")
_PART = re.compile(
    r"(?:(?P<label>(?:input|in|entrada|hidden|oculta|output|out|salida|x|h|y)\d?(?:\s+(?:layer|size|dim|units))?)\s*[:=]?\s*)?"
    r"(?P<size>\d+)?\s*(?:units?|neurons?|neuronas?|nodes?|unidades)?\s*(?P<word>[a-z_]+\d?)?",
    re.I,
)


def of_parts(text: str) -> str | None:
    """Input (784) --> [Hidden 128, ReLU] --> [Output 10, Softmax]. None where a part is neither a
    named size nor an activation."""
    if len(text) > 2000:
        return None
    lines = [line for line in text.split("\n") if not _FRAME.match(line)]
    bare = re.sub(r"[\[\](){}]", " ", "\n".join(lines))
    is_drawn = re.search(r"[|│→⟶➔⇒]|-+>|=+>", text) is not None  # x: 4, y: 3 alone gives values
    sizes: list[str] = []
    words: list[str] = []
    labels = 0
    for piece in filter(None, (part.strip() for part in _BETWEEN.split(bare))):
        found = _PART.fullmatch(re.sub(r"\s+", " ", piece))
        word = found["word"] if found else None
        if found is None or (word and known(word.lower()) is None) or not (found["size"] or word):
            return None
        if found["label"] and len(found["label"]) == 1 and not is_drawn:
            return None
        labels += found["label"] is not None
        if found["size"]:
            sizes.append(found["size"])
            words.append("")
        if word and not words:
            return None
        if word:
            words[-1] = word.lower()
    if len(sizes) < 2 or labels < 2 or words[0]:
        return None
    between = [word or ("" if any(words[1:-1]) else "relu") for word in words[1:-1]]
    middle = [f"{size} {word}".strip() for size, word in zip(sizes[1:-1], between, strict=True)]
    line = " → ".join([sizes[0], *middle, sizes[-1]])
    return f"{line}, {words[-1]}" if words[-1] else line
