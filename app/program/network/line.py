"""A layer line in; its layers with their numbers, options and places, out.

784 → 128 relu → 64 relu → 10, cross_entropy
3x32x32, conv 3→16 k3 relu, pool 2, flatten, linear 10
"""

from __future__ import annotations

import difflib
import re
from typing import Any, NamedTuple

from app.errors import ProgramError
from app.graph import Span
from app.program.network.kinds import ALIASES, KINDS, LOSSES
from app.program.paste import split_lines

TOKEN = re.compile(
    r"""(?P<skip>[ \t\u00a0]+|\#.*|//.*)
    | (?P<dims>\d+(?:\s?[x×*]\s?\d+)+)
    | (?P<number>\d[\d_]*(?:\.\d+)?|\.\d+)
    | (?P<arrow>→|-+>|=+>|⟶|➔|⇒|\|>|>>|>)
    | (?P<option>[kspg]\s?=?\s?\d+(?![\w.])|nobias\b)
    | (?P<word>(?:cross|max|avg|batch|layer|global|leaky|log)[ -](?:entropy|pool|norm|relu|softmax)\b
        | [^\W\d]\w*)
    | (?P<sign>[,;|+])""",
    re.X | re.I,
)
#: words that say of a size what its place says already
PLACES = {"hidden", "output", "out", "oculta", "salida"}
#: words that may stand before the size of the input
INPUTS = {"input", "image", "entrada", "imagen", "tokens", "in"}


class Token(NamedTuple):
    """kind: dims, number, arrow, option, word or sign; `tight` when no space is around it."""

    kind: str
    text: str
    span: Span
    tight: bool


class Layer(NamedTuple):
    """One layer: a kind of `KINDS`, a loss, or "input"; its numbers, options and place."""

    kind: str
    numbers: list[float]
    options: dict[str, float]
    span: Span


def tokens(source: str, lang: str = "en") -> list[Token]:
    """Raises ProgramError `unexpected_character`."""
    found = []
    for row, line in enumerate(split_lines(source), 1):
        place = 0
        while place < len(line):
            matched = TOKEN.match(line, place)
            end = matched.end() if matched else place + 1
            span = Span(line=row, column=place, end_line=row, end_column=end)
            if matched is None:
                raise ProgramError(
                    "unexpected_character", span=span, lang=lang, character=line[place]
                )
            if matched.lastgroup != "skip" and matched[0].lower() not in PLACES:
                around = line[place - 1 : place] + line[end : end + 1]
                tight = " " not in around and len(around) == 2
                found.append(Token(str(matched.lastgroup), matched[0], span, tight))
            place = end
    return found


def known(word: str) -> str | None:
    """The kind or loss a word names."""
    plain = re.sub("[- ]", "_", word.lower())
    plain = ALIASES.get(plain, plain)
    return plain if plain in KINDS or plain in LOSSES else None


def layers(source: str, lang: str = "en") -> list[Layer]:
    """The layers in order, "input" first where its size is given. Raises ProgramError."""
    return _Reader(tokens(source, lang), lang).layers()


class _Reader:
    def __init__(self, given: list[Token], lang: str) -> None:
        self.given, self.lang, self.place = given, lang, 0

    def layers(self) -> list[Layer]:
        found: list[Layer] = []
        while self.place < len(self.given):
            token = self.given[self.place]
            if token.kind in ("arrow", "sign"):
                self.place += 1
            elif token.kind in ("number", "dims"):
                found.append(self.size(first=not found))
            elif token.kind == "word" and token.text.lower() in INPUTS and not found:
                self.place += 1
                self.expect(token)
                found.append(self.size(first=True)._replace(span=_join(token, self.before)))
            elif token.kind == "word":
                found.append(self.layer(token, found))
            else:
                raise ProgramError(
                    "layer_option", span=token.span, lang=self.lang, option=token.text
                )
        return found

    @property
    def before(self) -> Token:
        return self.given[self.place - 1]

    def peek(self, *kinds: str, ahead: int = 0) -> bool:
        place = self.place + ahead
        return place < len(self.given) and self.given[place].kind in kinds

    def expect(self, token: Token) -> None:
        if not self.peek("number", "dims"):
            raise ProgramError(
                "layer_number", span=token.span, lang=self.lang, name=token.text, takes="n"
            )

    def size(self, first: bool) -> Layer:
        """A bare number is the input's size where it comes first, else a linear layer."""
        token = self.given[self.place]
        self.place += 1
        numbers = [float(n.replace("_", "")) for n in re.findall(r"[\d_.]+", token.text)]
        if not first and token.kind == "dims":
            raise ProgramError("layer_dims", span=token.span, lang=self.lang, text=token.text)
        self.whole(numbers, token, "input" if first else "linear")
        return Layer("input" if first else "linear", numbers, {"nobias": 0}, token.span)

    def layer(self, token: Token, before: list[Layer]) -> Layer:
        """A word, its numbers and its options."""
        kind = known(token.text)
        if kind is None:
            names = [*KINDS, *LOSSES, *ALIASES]
            near = difflib.get_close_matches(token.text.lower(), names, 1, 0.6)
            code = "unknown_layer_near" if near else "unknown_layer"
            words: dict[str, Any] = {"name": token.text, "near": near[0] if near else ""}
            raise ProgramError(code, span=token.span, lang=self.lang, **words)
        self.place += 1
        if kind in LOSSES:
            return Layer(kind, [], {}, token.span)
        row = KINDS[kind]
        numbers = self.numbers(len(row.takes), row.takes[:1] == ("from",), before)
        options = dict(row.options)
        while self.peek("option"):
            self.option(options, kind)
        if len(numbers) < row.needs:
            takes = ", ".join(row.takes[-row.needs :])
            raise ProgramError(
                "layer_number", span=token.span, lang=self.lang, name=kind, takes=takes
            )
        if kind not in ("dropout", "leaky_relu"):
            self.whole(numbers, token, kind)
        elif kind == "dropout" and numbers and numbers[0] >= 1:
            raise ProgramError("layer_rate", span=_join(token, self.before), lang=self.lang)
        return Layer(kind, numbers, options, _join(token, self.before))

    def numbers(self, most: int, pair: bool, before: list[Layer]) -> list[float]:
        """`16` or `3→16`; a spaced arrow after a number separates layers, except in the first."""
        found: list[float] = []
        while len(found) < most and self.peek("number"):
            found.append(float(self.given[self.place].text.replace("_", "")))
            self.place += 1
            if len(found) < most and self.peek("arrow") and self.peek("number", ahead=1):
                if not pair or not (self.given[self.place].tight or not before):
                    break
                self.place += 1
            elif pair:
                break
        return found

    def option(self, options: dict[str, float], kind: str) -> None:
        token = self.given[self.place]
        name = "nobias" if token.text.lower() == "nobias" else token.text[0].lower()
        if name not in options:
            raise ProgramError("layer_option", span=token.span, lang=self.lang, option=token.text)
        digits = re.findall(r"\d+", token.text)
        options[name] = float(digits[0]) if digits else 1.0
        self.place += 1

    def whole(self, numbers: list[float], token: Token, kind: str) -> None:
        """Sizes are whole numbers of at least 1, and not absurd."""
        for number in numbers:
            if not 1 <= number <= 1e7 or number != int(number):
                words: dict[str, Any] = {"name": kind, "number": f"{number:g}"}
                raise ProgramError("layer_size", span=token.span, lang=self.lang, **words)


def _join(first: Token, last: Token) -> Span:
    return Span(
        line=first.span.line,
        column=first.span.column,
        end_line=last.span.end_line,
        end_column=last.span.end_column,
    )
