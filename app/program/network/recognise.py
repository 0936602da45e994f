"""Pasted text in; whether it is a layer line or a GPT configuration, out."""

from __future__ import annotations

import re
from typing import Literal

from app.errors import ProgramError
from app.program.network import config, line
from app.program.network.bare import bare

_COMMENT = re.compile(r"(?:#|//).*|/\*.*?\*/")
_ENTRY = re.compile(r"""["']?\b(\w+)\b["']?\s*[:=]\s*["'\w.+-]""")
_DICT = re.compile(r"^\s*(?:[^\W\d]\w*\s*(?::\s*\w+\s*)?=\s*)?(?:dict\s*\(|\{|\w*Config\s*\()")
#: a size, then an arrow: `784 →`; or an arrow between layers
_ARROW = re.compile(r"^\s*(?:input\s+|entrada\s+)?\d[\d_x×* ]*\s*(?:→|-+>|=+>|⟶|➔|⇒|\|>|>)", re.I)


def is_network(source: str) -> Literal["line", "config"] | None:
    """Which of the two, if one."""
    text = _COMMENT.sub("", source).strip()
    if is_config(text) or is_bare(source):
        return "config"
    return "line" if is_line(text) else None


def is_config(text: str) -> bool:
    """A dict (or call of a Config) alone, with at least three keys a GPT configuration has."""
    if not _DICT.match(text):
        return False
    if not _has_keys(text):
        return False
    depth, closed = 0, False
    for character in text.rstrip("; \n"):
        if closed:
            return False  # something follows the dict: a program
        depth += (character in "{([") - (character in "})]")
        closed = depth == 0 and character in "})]"
    return True


def is_bare(source: str) -> bool:
    """Nothing but entries in another notation, at least three of them a GPT's."""
    if len(source) > 20_000 or sum(name in source.lower() for name in config.NAMES) < 3:
        return False
    text = bare(source)
    return text is not None and (is_config(_COMMENT.sub("", text).strip()) or _has_keys(text))


def _has_keys(text: str) -> bool:
    keys = {config.NAMES.get(name.lower()) for name in _ENTRY.findall(_COMMENT.sub("", text))}
    return len(keys - {None}) >= 3


def is_line(text: str) -> bool:
    """Only sizes, arrows and words, of which at least one names a layer or an arrow follows a size."""
    if not text or re.search(r"[=(){}\[\]\"'^/]", text.replace("=>", "→")):
        return False
    try:
        given = line.tokens(text)
    except ProgramError:
        return bool(_ARROW.match(text))
    if not given or given[0].kind not in ("number", "dims", "word"):
        return False
    if _ARROW.match(text) and len(given) > 2:
        return True
    words = [token.text.lower() for token in given if token.kind == "word"]
    named = sum(line.known(word) is not None for word in words)
    others = sum(line.known(word) is None and word not in line.INPUTS for word in words)
    first = given[0].kind != "word" or words[0] in line.INPUTS or line.known(words[0])
    sized = any(token.kind in ("number", "dims") for token in given)
    return bool(len(given) > 1 and first and sized and named > others)
