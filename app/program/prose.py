"""A line of text in; whether it is prose, in no place Python, out."""

from __future__ import annotations

import keyword
import re

_OPENERS = r"else|try|finally|if|elif|for|while|with|def|class|except|match|case|lambda"
_WORDS = r"""(?!(?:import|from|return|assert|del|global|nonlocal|raise|yield|await|async|not)\b)"""
#: a sentence, or a word or two before a colon
_SENTENCE = re.compile(
    rf"""^\s*(?:{_WORDS}(?!(?:{_OPENERS})\b[^.!?]*:$)
        [^\W\d_][\w'’-]*[,;:]?(?:\s+[`"“(*]*[\w'’./-]+[`"”)*]*[,;:]?){{2,}}\s*[.:!?…]?
      | (?!(?:{_OPENERS})\b)[^\W\d_]\w*(?:\s\w+)?:)\s*$""",
    re.X,
)
#: what only Markdown and web pages write: bold, tags, tables, entities, names between backticks
_MARKED = re.compile(
    r"^\s*(?:[-*+•]\s+|\d+[.)]\s+)?(?:\*\*.*\*\*|__[^\W\d_].*[^\W_]__\s|</?[a-z][^>]*>|\[[^\]]+\]\(\S+\))"
    r"|^\s*\|.*\|\s*$|^\s*[-*_=]{3,}\s*$|`|&#?\w+;\s*$"
)
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|#.*")
#: words with nothing but a space between them
_ROW = re.compile(r"(?<!\w)[\d_]*[^\W\d_]\w*(?: +[^\W\d_]\w*)+")


def is_prose_line(text: str) -> bool:
    """A sentence, Markdown, or three words in a row none of which is Python's."""
    if _SENTENCE.match(text) or _MARKED.search(_QUOTED.sub("", text)):
        return True
    return any(_is_row(found[0].split()) for found in _ROW.finditer(_QUOTED.sub("", text)))


def _is_row(words: list[str]) -> bool:
    kept = [" " if keyword.iskeyword(word) else "w" for word in words]
    return "www" in "".join(kept)


def prose_lines(lines: list[str]) -> list[int]:
    """Places of such lines outside texts of several lines."""
    found, quote = [], ""
    for place, line in enumerate(lines):
        if not quote and is_prose_line(line):
            found.append(place)
            continue
        for mark in re.findall(r'"""|\'\'\'', line):
            quote = "" if mark == quote else quote or mark
    return found
