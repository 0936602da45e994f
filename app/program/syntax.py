"""Text Python cannot read, its reason and line in; the text with the likeliest slip mended, and the
reason in the reader's language, out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from app.words import catalogue, say

_PAIRS = {"(": ")", "[": "]", "{": "}"}
#: how CPython begins a reason → the key of its sentence
_REASONS = {
    r"'(?P<what>[(\[{])' was never closed": "never_closed",
    r"unmatched '(?P<what>.)'": "unmatched",
    r"closing parenthesis '(?P<what>.)' does not match": "mismatched",
    r"unterminated (?:triple-quoted |f-)?string": "unterminated",
    r"expected ':'": "colon",
    r"expected an indented block after (?:an? |the )?'?(?P<what>\w+)": "block",
    r"unexpected indent": "indent",
    r"unindent does not match": "unindent",
    r"'(?P<what>\w+)' outside (?:async )?(?:function|loop)": "outside",
    r"invalid syntax\. Perhaps you forgot a comma": "comma",
    r".*(?:Maybe you meant '==')": "equals",
    r"cannot assign to (?P<what>[\w ]+)": "assign",
    r"invalid (?:non-printable )?character": "character",
    r"positional argument follows keyword": "positional",
    r"Missing parentheses in call to '(?P<what>\w+)'": "parentheses",
    r"invalid decimal literal": "number",
    r"(?:invalid syntax|unexpected EOF)": "plain",
}


def reason_of(reason: str, lang: str) -> str:
    """The reason as a phrase of ours; CPython's own where there is none."""
    for pattern, key in _REASONS.items():
        if found := re.match(pattern, reason):
            assert f"syntax.{key}" in catalogue()
            return say(f"syntax.{key}", lang, what=(found.groupdict().get("what") or ""))
    return reason


def mended(text: str, reason: str, line: int) -> str | None:
    """The first change that makes it Python; what leaves another slip to mend counts where the slip
    itself is certain."""
    if "call to 'print'" in reason:
        return re.sub(r"(?m)^(\s*)print (?!\()(.+?),?\s*$", r"\1print(\2)", text)
    rows = text.split("\n")
    for changed in _changes(rows[line - 1], reason, _margin_before(rows, line)):
        found = "\n".join([*rows[: line - 1], changed, *rows[line:]])
        if reason == "expected ':'" or _reads(found):
            return found
    return None


def _changes(row: str, reason: str, margin: str) -> Iterator[str]:
    code, mark, comment = _parted(row)
    rest = f"  {mark}{comment}" if mark else ""
    if reason == "expected ':'":
        yield f"{code}:{rest}"
    elif "was never closed" in reason:
        missing = "".join(reversed(_open_brackets(code)))
        yield f"{code}{missing}{rest}"
    elif reason.startswith("unmatched"):
        yield f"{code[:-1]}{rest}"
    elif "Maybe you meant '=='" in reason:
        yield re.sub(r"(?<![=!<>+\-*/])=(?!=)", "==", row, count=1)
    elif "unterminated string" in reason:
        quote = max("\"'", key=lambda one: row.count(one) % 2)
        tail = re.search(r"[)\]}]*$", row.rstrip())
        cut = tail.start() if tail else len(row)
        yield row[:cut] + quote + row[cut:]
        yield row.rstrip() + quote
    elif "unexpected indent" in reason:
        yield margin + row.lstrip()


def _parted(row: str) -> tuple[str, str, str]:
    """Code, # and comment."""
    found = re.match(r"((?:[^#'\"]|'[^']*'|\"[^\"]*\")*)(#?)(.*)$", row)
    code, mark, comment = found.groups() if found else (row, "", "")
    return code.rstrip(), mark, comment


def _open_brackets(code: str) -> list[str]:
    found: list[str] = []
    for character in re.sub(r"'[^']*'|\"[^\"]*\"", "", code):
        if character in _PAIRS:
            found.append(_PAIRS[character])
        elif found and character == found[-1]:
            found.pop()
    return found


def _margin_before(rows: list[str], line: int) -> str:
    before = next((row for row in reversed(rows[: line - 1]) if row.strip()), "")
    return before[: len(before) - len(before.lstrip())]


def _reads(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
