"""Python whose indentation was lost in copying in; the indentation it must have had, out.

Blocks are opened by the colons; a method's `self` says it belongs to the class above; `return`
ends a function; a blank line before a line that does not belong inside ends everything."""

from __future__ import annotations

import ast
import re

OPENER = re.compile(
    r"^(class|def|async def|for|while|if|elif|else|try|except|finally|with)\b.*:\s*(#.*)?$"
)
METHOD = re.compile(r"^(async )?def \w+\(\s*(self|cls|ctx)\b")
STATIC = re.compile(r"^@(staticmethod|classmethod|property)")
MIDDLE = ("elif", "else", "except", "finally")
TOP = re.compile(r"^(import |from |class |@|if __name__)")


def is_flat(text: str) -> bool:
    """Whether some block opens and its next line is not indented deeper."""
    lines = [line for line in text.split("\n") if line.strip() and not line.strip().startswith("#")]
    for line, following in zip(lines, lines[1:], strict=False):
        if OPENER.match(line.strip()) and _indent(following) <= _indent(line):
            return True
    return False


def repaired(text: str) -> str | None:
    """The text with blocks indented again, or None when no reading of it compiles."""
    fixed = _Indenter(text).text()
    try:
        ast.parse(fixed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return fixed


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class _Indenter:
    """Reads line by line, keeping the open blocks (their keywords) on a stack."""

    def __init__(self, text: str) -> None:
        self.lines = [line.rstrip() for line in text.split("\n")]
        self.stack: list[str] = []
        self.out: list[str] = []
        self.blank = False
        self.ended = False
        self.just_opened = False
        self.brackets = 0
        self.comments: list[int] = []

    def text(self) -> str:
        for index, line in enumerate(self.lines):
            self.take(line.strip(), line, index)
        return "\n".join(self.out)

    def take(self, text: str, raw: str, index: int) -> None:
        if not text:
            self.blank = True
            self.out.append("")
            return
        if self.brackets:
            self.out.append("    " * (len(self.stack) + 1) + text)
            self.brackets += _depth(text)
            return
        if text.startswith("#"):
            self.comments.append(len(self.out))  # indented like the line that follows
            self.out.append(text)
            return
        self.close(text, index)
        indent = "    " * len(self.stack)
        for place in self.comments:
            self.out[place] = indent + self.out[place]
        self.comments.clear()
        self.out.append(indent + text)
        self.brackets = max(0, _depth(text))
        self.just_opened = False
        if match := OPENER.match(text):
            self.stack.append(match[1])
            self.just_opened = True
        self.ended = bool(re.match(r"(return|raise|break|continue)\b", text))
        self.blank = False

    def close(self, text: str, index: int) -> None:
        """Leave the blocks this line cannot be part of."""
        if self.just_opened:
            return
        if METHOD.match(text) or STATIC.match(text):
            if "class" in self.stack:
                del self.stack[self.stack.index("class") + 1 :]
            return
        word = text.split(maxsplit=1)[0].rstrip(":")
        if word in MIDDLE:
            self._back_to_partner(word)
        elif TOP.match(text) or (self.blank and not self._in_function_body(index)):
            self.stack.clear()
        elif self.ended:
            self._leave_ended()

    def _back_to_partner(self, word: str) -> None:
        partners = {
            "elif": ("if", "elif"),
            "else": ("if", "elif", "for", "while", "except"),
            "except": ("try", "except"),
            "finally": ("try", "except", "else"),
        }[word]
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth] in partners:
                del self.stack[depth:]
                return

    def _in_function_body(self, index: int) -> bool:
        """After a blank line: still in the function if it has not returned and will."""
        if self.ended or "def" not in self.stack:
            return False
        for line in self.lines[index:]:
            text = line.strip()
            if METHOD.match(text) or TOP.match(text):
                return False
            if text.startswith("return"):
                return True
        return False

    def _leave_ended(self) -> None:
        """After return (break, continue, raise): leave the inner block, or the whole function."""
        inner = self.stack[-1] if self.stack else ""
        if inner in ("def", "async def"):
            self.stack.pop()
            if self.stack and self.stack[-1] == "class":
                self.stack.clear()
        elif self.stack:
            self.stack.pop()


def _depth(text: str) -> int:
    """Brackets opened minus closed, strings and comments left out."""
    bare = re.sub(r"(\"[^\"]*\"|'[^']*'|#.*$)", "", text)
    return sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}")
