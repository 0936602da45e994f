"""Lexemes of an index in; the text it adds to a name, or the number a sum gives it, out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from app.program.latex.commands import ACCENTS
from app.program.math_functions import FUNCTIONS, log_base
from app.program.math_tokens import Token

#: terms of a sum whose end is a name that has no value yet
COUNT = 3
_WORDS = {"-": "_minus_", "+": "_plus_", ",": "_", "&": "", "{": "", "}": ""}


class Subscripts:
    """What indices are worth while a sum is read: `values` of those bound, `counts` of ends that are
    names, `spent` those whose sum is over, `whole` the words that are one name."""

    def __init__(self, inputs: dict[str, Any], refuse: Callable[..., Exception]) -> None:
        self.inputs, self.refuse = inputs, refuse
        self.values: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self.spent: set[str] = set()
        self.whole: set[str] = set()

    def is_whole(self, word: str) -> bool:
        """Whether a word met before is one name."""
        return word in self.whole

    def bound(self, token: Token) -> Token:
        """A name, or the number its sum gives it."""
        if token.text in self.values:
            return token._replace(kind="number", text=str(self.values[token.text]))
        return token

    def count(self, name: str) -> int:
        """How many terms a sum has whose end is a name: as the user set it, else a few."""
        given = self.inputs.get(name, COUNT)
        self.counts[name] = int(given) if isinstance(given, int | float) and 1 <= given else COUNT
        return self.counts[name]

    def number(self, given: list[Token], owner: Token) -> int:
        """A bound: a number or a name, and at most a sum of them. Raises ProgramError."""
        total, sign = 0, 1
        for token in given:
            if token.text in ("+", "-"):
                sign = 1 if token.text == "+" else -1
            elif token.kind == "number" and token.text.isdecimal() and len(token.text) < 8:
                total, sign = total + sign * int(token.text), 1
            elif token.kind in ("word", "letter") or token.text == "infty":
                value = self.values.get(token.text)
                total += sign * (self.count(token.text) if value is None else value)
            else:
                raise self.refuse("latex_bounds", owner)
        return total

    def text_of(self, given: list[Token], index: bool = False) -> Token:
        """One name of all the lexemes; an index of a sum becomes its number."""
        parts = [token for token in given if token.kind != "close"]
        if index and self._counted(parts):
            return given[-1]._replace(text=str(self.number(parts, given[0])))
        text = ""
        for token in parts:
            if index and token.text in self.spent and token.text not in self.values:
                raise self.refuse("latex_spent", token, name=token.text)
            if index and token.kind == "word":
                text += "".join(str(self.values.get(letter, letter)) for letter in token.text)
            elif token.text in ACCENTS or token.text in ("text", "mathrm", "mathbf", "bm"):
                continue
            else:
                text += _WORDS.get(token.text, token.text if token.text.isalnum() else "_")
        return given[-1]._replace(text=text.strip("_"))

    def _counted(self, parts: list[Token]) -> bool:
        """Whether it is arithmetic of bound indices: i, i-1."""
        named = [token for token in parts if token.kind in ("word", "letter")]
        rest = [token for token in parts if token not in named]
        return (
            bool(named)
            and all(token.text in self.values for token in named)
            and all(token.kind == "number" or token.text in "+-" for token in rest)
        )


def spread(given: list[Token]) -> list[Token]:
    """A name before a bracket is a product, σ( the sigmoid, unless a line says f(x) = …."""
    headers = _headers(given)
    assigned = {a.text for a, b in pairwise(given) if b.text == "="}
    found: list[Token] = []
    for place, token in enumerate(given):
        after = given[place + 1] if place + 1 < len(given) else token
        opens = token.kind == "name" and after.kind == "sign" and after.text in ("(", "[")
        if opens and token.text == "sigma" and "sigma" not in assigned:
            token = token._replace(text="σ")
        found.append(token)
        known = token.text in FUNCTIONS or log_base(token.text)
        called = known or token.text in headers or token.text in ("where", *"fgh")
        if opens and not called:
            found.append(after._replace(text="*"))
    return found


def _headers(given: list[Token]) -> set[str]:
    """Names of functions that a statement defines: f(x, y) = …."""
    found = set()
    for place, token in enumerate(given):
        starts = place == 0 or given[place - 1].kind == "newline"
        if not starts or token.kind != "name" or given[place + 1].text != "(":
            continue
        end = place + 2
        while given[end].kind == "name" or given[end].text == ",":
            end += 1
        if given[end].text == ")" and given[end + 1].text == "=":
            found.add(token.text)
    return found
