"""Python whose indentation was lost in copying, in; the likeliest indented program, or None, out."""

from __future__ import annotations

import re
from typing import NamedTuple

_OPENER = re.compile(
    r"^(?:async\s+)?(class|def|for|while|if|elif|else|with|try|except|finally)\b.*:\s*(?:#.*)?$",
    re.S,
)
_METHOD = re.compile(r"^(?:async\s+)?def\s+\w+\s*\(\s*(?:self|cls|ctx)\b")
_DEF = re.compile(r"^(?:async\s+)?def\b")
_ENDS = re.compile(r"^(?:return|break|continue|pass|raise)\b")
_PARTNERS = {
    "else": ("if", "elif", "for", "while", "try", "except"),
    "elif": ("if", "elif"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
}


class Statement(NamedTuple):
    """A logical line: its physical lines, whether a blank line stands before it, its comments."""

    lines: list[str]
    above: list[str]
    blank: bool

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()

    @property
    def opener(self) -> str | None:
        found = _OPENER.match(self.text)
        return found.group(1) if found else None


def indent_again(text: str) -> str | None:
    """The repaired source; None where nothing was lost or the result still is not Python."""
    statements = _statements(text)
    if not any(statement.opener for statement in statements):
        return None
    levels = _Nest(statements).levels()
    written: list[str] = []
    for statement, level in zip(statements, levels, strict=True):
        pad = "    " * level
        written += [pad + line.strip() if line.strip() else "" for line in statement.above]
        written += [pad + statement.lines[0].strip(), *_continued(statement, pad)]
    repaired = re.sub(r"\n{4,}", "\n\n\n", "\n".join(written).strip("\n")) + "\n"
    return repaired if _parses(repaired) else None


def _continued(statement: Statement, pad: str) -> list[str]:
    quoted = '"""' in statement.text or "'''" in statement.text
    return [line if quoted or not line.strip() else pad + line for line in statement.lines[1:]]


def _parses(text: str) -> bool:
    try:
        compile(text, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _statements(text: str) -> list[Statement]:
    found: list[Statement] = []
    above: list[str] = []
    held: list[str] = []
    for line in text.split("\n"):
        if not held and (not line.strip() or line.strip().startswith("#")):
            above.append(line)
            continue
        held.append(line)
        if not _open("\n".join(held)):
            found.append(Statement(held, above, any(not row.strip() for row in above)))
            above, held = [], []
    if held:
        found.append(Statement(held, above, any(not row.strip() for row in above)))
    return found


_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*',
    re.S,
)


def _open(text: str) -> bool:
    bare = _PIECE.sub("", text)
    if '"""' in bare or "'''" in bare or bare.rstrip(" ").endswith("\\"):
        return True
    return sum(map(bare.count, "([{")) > sum(map(bare.count, ")]}"))


class _Nest:
    """Walks the statements, keeping the blocks that are open."""

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements
        self.blocks: list[str] = []

    def levels(self) -> list[int]:
        """Indentation level of each statement."""
        found, fresh = [], False
        for place, statement in enumerate(self.statements):
            if not fresh:
                self._leave(place, statement)
            found.append(len(self.blocks))
            fresh = False
            if kind := statement.opener:
                self.blocks.append(kind)
                fresh = True
            elif _ENDS.match(statement.text):
                self._end(statement.text)
        return found

    def _end(self, text: str) -> None:
        self.blocks.pop() if self.blocks else None

    def _leave(self, place: int, statement: Statement) -> None:
        decorated = self._decorated(place)
        if partners := _PARTNERS.get(statement.opener or ""):
            self._until(partners)
            if self.blocks:
                self.blocks.pop()
        elif _METHOD.match(decorated.text):
            self._above("class")
        elif (
            decorated.text.startswith("class ")
            or (_DEF.match(decorated.text) and statement.blank)
            or (self.blocks and self.blocks[-1] == "class" and not self._is_field(place, statement))
        ):
            self.blocks.clear()
        elif statement.blank:
            self._after_blank(place, statement)

    def _decorated(self, place: int) -> Statement:
        while self.statements[place].text.startswith("@") and place + 1 < len(self.statements):
            place += 1
        return self.statements[place]

    def _is_field(self, place: int, statement: Statement) -> bool:
        """Whether a plain statement directly in a class body belongs to it."""
        if self.statements[place - 1].opener == "class" or statement.text.startswith("@"):
            return True
        return not statement.blank and bool(re.match(r"^\w+\s*(?::|=)", statement.text))

    def _after_blank(self, place: int, statement: Statement) -> None:
        if "def" not in self.blocks:
            self.blocks.clear()
        elif self._still_inside(place):
            self._above("def")
        else:
            self.blocks.clear()

    def _still_inside(self, place: int) -> bool:
        """Whether the function goes on after a blank line: it uses self, or returns later."""
        if re.search(r"\bself\b", self.statements[place].text):
            return True
        for later in self.statements[place:]:
            if _DEF.match(later.text) or later.text.startswith(("class ", "@")):
                return False
            if re.match(r"^(?:return|yield)\b", later.text):
                return True
        return False

    def _above(self, kind: str) -> None:
        while self.blocks and self.blocks[-1] != kind:
            self.blocks.pop()

    def _until(self, kinds: tuple[str, ...]) -> None:
        while self.blocks and self.blocks[-1] not in kinds:
            self.blocks.pop()
