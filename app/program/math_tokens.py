"""Mathematics as text in; tokens with their places, out."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from app.errors import ProgramError
from app.graph import Span
from app.program.paste import split_lines

_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_SUB = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₙᵢⱼₖ", "0123456789nijk")
_SIGNS = {
    "·": "*",
    "×": "*",
    "⋅": "*",
    "∙": "*",
    "∗": "*",
    "⊙": "*",
    "∘": "*",
    "÷": "/",
    "∕": "/",
    "−": "-",
    "–": "-",
}
_SIGNS |= {"**": "^", "√": "√", "ᵀ": "ᵀ", "⊤": "ᵀ", ":=": "=", "\\": "\n", "←": "="}
_TOKEN = re.compile(
    r"""(?P<skip>[` \t\f\v\u00a0\u2000-\u200d\u202f\u2060\u3000\ufeff]+ | \#.* | //.*)
    | (?P<fraction>\d*[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
    | (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![.\d]))
    | (?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+) | (?P<transpose>ᵀ|⊤|\.T\b)
    | (?P<name>[^\W\d⁰¹²³⁴-⁹ⁿᵀ](?:[^\W¼-¾⅐-⅞⁰¹²³⁴-⁹ⁿᵀ₀-₉ₙᵢⱼₖ]|[\u0300-\u036f])*[₀-₉ₙᵢⱼₖ]*(?:['′’]+(?!\w))?)
    | (?P<sign>\*\*|:=|[<>]=?|[≤≥]|[-+*/^@=()\[\],;:|√·×⋅∙∗⊙∘÷∕−–←])""",
    re.X,
)


class Token(NamedTuple):
    """kind: number, name, super, transpose, sign, newline or end. Columns are 0-based characters."""

    kind: str
    text: str
    line: int
    column: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(line=self.line, column=self.column, end_line=self.line, end_column=self.end)


def tokens(source: str, lang: str = "en") -> list[Token]:
    """All tokens, each line closed by a newline. Raises ProgramError `unexpected_character`."""
    found: list[Token] = []
    lines = split_lines(source)
    for number, line in enumerate(lines, 1):
        found += _line_tokens(line, number, lang)
        found.append(Token("newline", "", number, len(line), len(line)))
    return [*found, Token("end", "", len(lines), len(lines[-1]), len(lines[-1]))]


def _line_tokens(line: str, number: int, lang: str) -> list[Token]:
    found, place = [], 0
    while place < len(line):
        matched = _TOKEN.match(line, place)
        if matched is None:
            span = Span(line=number, column=place, end_line=number, end_column=place + 1)
            raise ProgramError("unexpected_character", span=span, lang=lang, character=line[place])
        kind = str(matched.lastgroup)
        if kind != "skip":
            text = _written(kind, matched.group())
            kind = "number" if kind == "fraction" else kind
            found.append(Token(kind, text, number, place, matched.end()))
        place = matched.end()
    return found


def _written(kind: str, text: str) -> str:
    if kind == "super":
        return text.translate(_SUPER)
    if kind == "name":
        return name_of(text)
    if kind == "fraction":
        return repr(int(text[:-1] or 0) + unicodedata.numeric(text[-1]))
    return _SIGNS.get(text, text) if kind == "sign" else text


def name_of(text: str) -> str:
    """A mathematical name as a Python identifier: x₁ → x_1, y' → y_prime."""
    bare = text.rstrip("'′’")
    base = bare.rstrip("₀₁₂₃₄₅₆₇₈₉ₙᵢⱼₖ")
    below = bare[len(base) :].translate(_SUB)
    written = base + (f"_{below}" if below else "") + "_prime" * (len(text) - len(bare))
    return unicodedata.normalize("NFKC", written)
