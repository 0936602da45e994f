"""Pasted text in; the same text without prompts, fences and odd characters, still knowing where
each character came from, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.program.gutter import without_gutter

_BREAK = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"^\s*(?:```+|~~~+)\s*\{?([\w+-]*)\}?(?:\s+[\w{][^`]*)?\s*$")
_PYTHON = re.compile(r"^\s*[`~]{3,}\s*\{?(?:i?python3?|py|pycon)\b", re.I)
_COPY = re.compile(r"^\s*(?:[A-Za-z+]{1,12})?(?:Copy code|Copiar código|Copiar codigo)")
_COPY_ALONE = re.compile(r"^\s*(?:python|Copy|Copiar|Copy code|Copiar código)\s*$", re.I)
_DOCTEST = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)")
_IN = re.compile(r"^\s*In \[[\d* ]*\]:? ?")
_OUT = re.compile(r"^\s*Out\s?\[[\d* ]*\]:?")
_CONTINUED = re.compile(r"^\s*\.\.\.:? ?")
_MAGIC = re.compile(
    r"^\s*(?:[%!]{1,2}\w.*|\$\s.*|(?:\([\w.-]+\)\s*)?[\w.-]+@[\w.-]+:[^$#]*[$#].*|\$?\s*(?:pip3?|conda|mamba|uv pip)\s+install\b.*|[\w.]+\?{1,2}\s*)$"
)
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
_REMOVED = "\u200b\u200c\u200d\ufeff\u2060\u00ad"
_PLAIN = (
    dict.fromkeys(_SPACES, " ")
    | dict.fromkeys("\u2018\u2019\u201a\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2212\u2013\u2014\u2010\u2011", "-")
    | {chr(0xFF00 + code - 0x20): chr(code) for code in range(0x21, 0x7F)}  # full width
    | {"×": "*", "\u2026": "...", "、": ",", "。": "."}
)


_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'", "&nbsp;": " "}
_CHARACTER = re.compile("|".join([*map(re.escape, _ENTITIES), "."]), re.S)


class Line(NamedTuple):
    """One cleaned line: `columns[i]` is where character i stood in the pasted line (one extra)."""

    text: str
    columns: Sequence[int]

    def cut(self, start: int, end: int | None = None) -> Line:
        """The part between two columns."""
        stop = len(self.text) if end is None else end
        return Line(self.text[start:stop], self.columns[start : stop + 1])


class Paste(NamedTuple):
    """Cleaned lines, one for each pasted line; whether a diff's removed ones are blank."""

    lines: list[Line]
    is_diff: bool = False

    @property
    def text(self) -> str:
        """The cleaned text."""
        return "\n".join(line.text for line in self.lines)

    def column(self, line: int, column: int) -> int:
        """Pasted column of a cleaned one; `line` is 1-based, both columns 0-based characters."""
        if not 1 <= line <= len(self.lines):
            return column
        columns = self.lines[line - 1].columns
        return columns[min(max(column, 0), len(columns) - 1)]


def split_lines(source: str) -> list[str]:
    """Lines as an editor counts them: \\n, \\r\\n and \\r end one, nothing else does."""
    return _BREAK.split(source)


def paste(source: str) -> Paste:
    """Structure removed (fences, copy buttons, prompts and their output), characters untouched."""
    lines = [Line(text, range(len(text) + 1)) for text in split_lines(source)]
    bare, is_diff = without_gutter(_without_button(_without_fences(lines)))
    return Paste(_without_prompts(bare), is_diff)


def plain(given: Paste) -> Paste:
    """Odd spaces, quotes and dashes made plain; shell and notebook magics blanked; margin cut."""
    lines = [_plain_line(_without_magic(line)) for line in given.lines]
    return given._replace(lines=_without_margin(lines))


def spaced(given: Paste, width: int) -> Paste:
    """Tabs before a line's first letter as spaces up to the next multiple of `width`."""
    lines = []
    for line in given.lines:
        margin = len(line.text) - len(line.text.lstrip(" \t"))
        text, columns = "", []
        for place, character in enumerate(line.text[:margin]):
            fill = width - len(text) % width if character == "\t" else 1
            text += " " * fill
            columns += [line.columns[place]] * fill
        lines.append(Line(text + line.text[margin:], [*columns, *line.columns[margin:]]))
    return given._replace(lines=lines)


def from_first_line(given: Paste) -> Paste:
    """Without the margin of all lines but the first, which lost its own in copying."""
    place = next((n for n, line in enumerate(given.lines, 1) if line.text.strip()), 0)
    return given._replace(lines=[*given.lines[:place], *_without_margin(given.lines[place:])])


def prompted(given: Paste) -> Paste:
    """Only what stands behind a prompt."""
    return given._replace(lines=[_doctest_line(line) for line in given.lines])


def _blank(line: Line) -> Line:
    return line.cut(0, 0)


def _without_fences(lines: list[Line]) -> list[Line]:
    fences = [place for place, line in enumerate(lines) if _FENCE.match(line.text)]
    if not fences:
        return lines
    pairs = _pairs([bool(_FENCE.match(lines[place].text)[1]) for place in fences])  # type: ignore[index]
    if not pairs:
        return [_blank(line) if place in fences else line for place, line in enumerate(lines)]
    edges = [-1, *fences, len(lines)]
    blocks = [(edges[start + 1], edges[end + 1]) for start, end in pairs]
    named = [block for block in blocks if block[0] < 0 or _PYTHON.match(lines[block[0]].text)]
    kept = {place for start, end in named or blocks for place in range(start + 1, end)}
    return [line if place in kept else _blank(line) for place, line in enumerate(lines)]


def _pairs(named: list[bool]) -> list[tuple[int, int]]:
    """Which fences open and close together; -1 is the start of the text and the number of fences
    its end, for a block cut in half. None where one bare fence may be either."""
    if named == [False]:
        return []
    found, start = [], None
    for place, is_named in enumerate(named):
        if is_named and start == 0 and place == 1 and not named[0]:
            found.append((-1, 0))  # two openers in a row: the first closed what came before
        if start is None or is_named:
            start = place
        else:
            found.append((start, place))
            start = None
    return found if start is None else [*found, (start, len(named))]


def _without_button(lines: list[Line]) -> list[Line]:
    found = [_COPY.match(line.text) for line in lines]
    cleaned = [line.cut(f.end()) if f else line for line, f in zip(lines, found, strict=True)]
    for place, line in enumerate(cleaned):
        if _COPY_ALONE.match(line.text):
            cleaned[place] = _blank(line)
        elif line.text.strip():
            break
    return cleaned


def _without_prompts(lines: list[Line]) -> list[Line]:
    first = next((line.text for line in lines if line.text.strip()), "")
    if first.lstrip().startswith(">>>"):
        return [_doctest_line(line) for line in lines]
    return _without_notebook(lines) if _IN.match(first) else lines


def _doctest_line(line: Line) -> Line:
    found = _DOCTEST.match(line.text)
    return line.cut(found.end()) if found else _blank(line)


def _without_notebook(lines: list[Line]) -> list[Line]:
    cleaned, printed = [], False
    for line in lines:
        if found := _IN.match(line.text):
            printed = False
            cleaned.append(line.cut(found.end()))
        elif printed or _OUT.match(line.text):
            printed = True
            cleaned.append(_blank(line))
        else:
            found = _CONTINUED.match(line.text)
            cleaned.append(line.cut(found.end()) if found else line)
    return cleaned


def _without_magic(line: Line) -> Line:
    found = _MAGIC.match(line.text)
    return _blank(line) if found else line


def _plain_line(line: Line) -> Line:
    if line.text.isascii() and "&" not in line.text:
        return line
    text, columns = [], []
    for found in _CHARACTER.finditer(line.text):
        character = found[0]
        if character not in _REMOVED:
            written = _PLAIN.get(character) or _ENTITIES.get(character, character)
            text.append(written)
            columns += [line.columns[found.start()]] * len(written)
    return Line("".join(text), [*columns, line.columns[-1]])


def _without_margin(lines: list[Line]) -> list[Line]:
    margins = [re.match(r"[ \t]*", line.text).group() for line in lines if line.text.strip()]  # type: ignore[union-attr]
    margin = min(map(len, margins), default=0)
    return [line.cut(min(margin, len(line.text))) for line in lines] if margin else lines
