"""Pasted LaTeX in; its lexemes with their places, prose around the formulas left out, out."""

from __future__ import annotations

import re

from app.graph import Span
from app.program.math_tokens import Token
from app.program.paste import split_lines

#: commands, and groups in exponents and indices, as only LaTeX has them
_LATEX = re.compile(r"\\[A-Za-z]{2,}|\\[|({\[]|[\^_]\{|[∑∏]\s*_")
#: what no LaTeX contains
_STRONG = re.compile(
    r"^[^\S\n]*(?:import|from|def|class|for|while|with|print)\b|\"|\btorch\b", re.M
)
#: a line that only a program has: its strings may hold formulas, as titles of plots do
_IMPORT = re.compile(
    r"^[^\S\n]*(?:import[^\S\n]+[\w.]+(?:[^\S\n]+as[^\S\n]+\w+)?|from[^\S\n]+[\w.]+[^\S\n]+import\b[^\n]*)[^\S\n]*$",
    re.M,
)
_ESCAPES = re.compile(r"\\[ntr](?![A-Za-z])")
_DISPLAYED = re.compile(
    r"\$\$(?P<a>.+?)\$\$|(?<!\\)\$(?P<b>[^$]+?)\$|\\\[(?P<c>(?:(?!\\\[).)+?)\\\]|\\\((?P<d>(?:(?!\\\().)+?)\\\)"
    r"|(?P<e>\\begin\{(?:equation|align|gather|multline|eqnarray)\*?\}.+?\\end\{\w+\*?\})",
    re.S,
)
#: lines that are comments everywhere else
_COMMENTS = re.compile(r"^[ \t]*#.*", re.M)
#: stands where a formula begins or ends
_EDGE = "\0"
_LEXEME = re.compile(
    r"""(?P<skip>[ \t\f\v~\u00a0\u2000-\u200d\u202f\u2060\u3000\ufeff]+ | %.* | \\[,;:!>\ ] | \\$ | \.(?!\d))
    | (?P<newline>\\\\(?:\[[^\]\n]*\])?|\0)
    | (?P<command>\\(?:[A-Za-z]+\*?|[^A-Za-z]))
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<word>[A-Za-z]+) | (?P<letter>[^\W\d_])
    | (?P<sign>.)""",
    re.X,
)
_UNICODE = {
    "∑": "\\sum",
    "∏": "\\prod",
    "√": "\\sqrt",
    "‖": "\\|",
    "−": "-",
    "·": "\\cdot",
    "×": "\\times",
}
_UNICODE |= {"⋅": "\\cdot", "∂": "\\partial", "∇": "\\nabla", "÷": "\\div", "–": "-"}


def is_latex(source: str) -> bool:
    """Whether it has what only LaTeX has, and nothing no LaTeX contains."""
    source = _uncommented(source)
    if _IMPORT.search(source):
        return False
    found = _LATEX.search(_ESCAPES.sub("", source))
    return bool(found) and not _STRONG.search(_outside_text(source))


def _uncommented(source: str) -> str:
    return _COMMENTS.sub(lambda found: " " * len(found.group()), source)


def _outside_text(source: str) -> str:
    shown = [found.group() for found in _DISPLAYED.finditer(source)]
    return "\n".join(shown) if shown else source


def prose_of(source: str) -> Span | None:
    """Where text stands around the formulas, its first line."""
    source = _uncommented(source)
    if not _DISPLAYED.search(source):
        return None
    around = _DISPLAYED.sub(lambda found: re.sub(r"[^\r\n]", " ", found.group()), source)
    for row, line in enumerate(split_lines(around), 1):
        if re.search(r"\w", line):
            start, end = len(line) - len(line.lstrip()), len(line.rstrip())
            return Span(line=row, column=start, end_line=row, end_column=end)
    return None


def lexemes(source: str) -> list[Token]:
    """kind: command, number, word, letter, sign, newline or end. Commands lose their backslash."""
    found: list[Token] = []
    lines = split_lines(_formulas_only(_uncommented(source)))
    for row, line in enumerate(lines, 1):
        for matched in _LEXEME.finditer(line):
            kind, text = str(matched.lastgroup), matched.group()
            if kind == "skip":
                continue
            text = _UNICODE.get(text, text)
            kind = "command" if text.startswith("\\") and kind != "newline" else kind
            kind = "sign" if text == "-" else kind
            text = text[1:].rstrip("*") or "*" if kind == "command" else text
            found.append(Token(kind, text, row, matched.start(), matched.end()))
        found.append(Token("newline", "", row, len(line), len(line)))
    return [*found, Token("end", "", len(lines), len(lines[-1]), len(lines[-1]))]


def _formulas_only(source: str) -> str:
    """The same text with what is around displayed formulas blank, and an edge at their ends."""
    shown = list(_DISPLAYED.finditer(source))
    if not shown:
        return source
    kept = [letter if letter in "\r\n" else " " for letter in source]
    for found in shown:
        start, end = found.span(str(found.lastgroup))
        kept[start:end] = source[start:end]
        if start > 0 and kept[start - 1] == " ":
            kept[start - 1] = _EDGE
        if end < len(source) and kept[end] == " ":
            kept[end] = _EDGE
    return "".join(kept)
