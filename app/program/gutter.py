"""Lines copied with what stood beside them (line numbers, bars, a diff's signs), in; the lines alone, out."""

from __future__ import annotations

import re
from typing import Protocol, TypeVar


class Cuttable(Protocol):
    """A line that can be cut and still knows where it came from."""

    @property
    def text(self) -> str:
        """What is left of it."""

    def cut(self, start: int, end: int | None = None) -> Cuttable:
        """The part between two columns."""


L = TypeVar("L", bound=Cuttable)
_NUMBER = re.compile(r"^\s*(\d{1,5})(\s*[|│:.)\]]|)(\t|[ \u00a0]*)(?=(\S)?)")
_BAR = re.compile(r"^\s*(?:[|│┃]|>(?!>)) ?")
_HUNK = re.compile(r"^@@ .*@@")
_HEADER = re.compile(
    r"^(?:@@ |diff --git |index [0-9a-f]|--- |\+\+\+ |\\ No newline|new file mode)"
)
_CODE = re.compile(r"^\+\s*(?:import|from|def|class|return|for|if|@|#|[\w.]+\s*=|[\w.]+\()")


def without_gutter(lines: list[L]) -> tuple[list[L], bool]:
    """The lines and whether a diff's removed ones are gone."""
    filled = [line for line in lines if line.text.strip()]
    if len(filled) < 2:
        return lines, False
    if _is_diff([line.text for line in filled]):
        return [_new(line) for line in lines], True
    numbers = [_NUMBER.match(line.text) for line in filled]
    if all(numbers):
        return _unnumbered(lines, [found for found in numbers if found]), False
    is_table = all(line.text.strip().endswith("|") for line in filled)
    if not is_table and all(_BAR.match(line.text) for line in filled):
        return [
            _cut(line, found.end() if (found := _BAR.match(line.text)) else 0) for line in lines
        ], False
    return lines, False


def _cut(line: L, start: int) -> L:
    return line.cut(start)  # type: ignore[return-value]


def _is_diff(texts: list[str]) -> bool:
    if any(_HUNK.match(text) for text in texts):
        return True
    if not any(_CODE.match(text) for text in texts):
        return False
    body = [text for text in texts if not _HEADER.match(text)]
    return all(text[0] in "+- " for text in body)


def _new(line: L) -> L:
    """A line as the diff leaves it."""
    text = line.text
    if text.startswith("-") or _HEADER.match(text):
        return line.cut(0, 0)  # type: ignore[return-value]
    return _cut(line, 1) if text[:1] in ("+", " ") else line


def _unnumbered(lines: list[L], found: list[re.Match[str]]) -> list[L]:
    """Numbers that go up one by one, and as much space after them as every line has."""
    numbers = [int(match[1]) for match in found]
    signs = {match[2].strip() for match in found}
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or len(signs) > 1:
        return lines
    widths = [len(match[3]) for match in found if match[4]]
    space = min(widths, default=0)
    if not widths or (signs == {""} and space == 0):
        return lines
    cut = []
    for line in lines:
        match = _NUMBER.match(line.text)
        cut.append(_cut(line, min(match.end(2) + space, len(line.text))) if match else line)
    return cut
