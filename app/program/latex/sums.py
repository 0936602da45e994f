"""A \\sum or \\prod in; its terms written out, out."""

from __future__ import annotations

from app.program.copies import copied, width
from app.program.latex.commands import REPEATED, SIGNS
from app.program.latex.stream import Stream
from app.program.math_tokens import Token

#: terms of one sum
TERMS = 100


class Sums(Stream):
    """Reads a term again for each value of the sum's index."""

    def repeated(self, token: Token) -> list[Token]:
        """\\sum or \\prod: its term, once for each value of its index."""
        name, values = self.bounds(token)
        if len(values) > TERMS:
            raise self.refuse("latex_terms", token, count=len(values), most=TERMS)
        start, sign = self.place, REPEATED[token.text]
        opened = token._replace(kind="sign", text="(")
        found, held = [opened], self.names.values.get(name)
        places = 0
        for value in values:
            self.place = start
            self.names.values[name] = value
            term = self.term(token)
            wide = width(term)
            term = copied(term, places)
            places += wide
            found += [*term, term[-1]._replace(kind="sign", text=sign)]
        self.names.values.pop(name)
        if held is not None:
            self.names.values[name] = held
        self.names.spent.add(name)
        return [*found[:-1], found[-2]._replace(kind="sign", text=")")]

    def bounds(self, token: Token) -> tuple[str, range]:
        below: list[Token] = []
        above: list[Token] = []
        while self.at("_", "^", "limits", "nolimits"):
            mark = self.take()
            if mark.text == "_":
                below = [t for t in self.argument(mark) if t.kind != "close"]
            elif mark.text == "^":
                above = [t for t in self.argument(mark) if t.kind != "close"]
        if not below or below[0].kind not in ("word", "letter"):
            raise self.refuse("latex_bounds", token)
        name = below[0].text
        first = self.names.number(below[2:], token) if len(below) > 2 else 1
        last = self.names.number(above, token) if above else self.names.count(f"n_{name}")
        for unset in self.names.counts.keys() - self.names.inputs.keys() - self.ends.keys():
            self.ends[unset] = token
        if last < first:
            raise self.refuse("latex_bounds", token)
        return name, range(first, last + 1)

    def term(self, token: Token) -> list[Token]:
        """One product, a sign before it included."""
        found: list[Token] = []
        while True:
            after = SIGNS.get(self.peek().text, self.peek().text)
            ends = self.peek().kind in ("newline", "end") or after in (
                "=", ",", ";", ")", "]", "}", "right", "end", "&",
            )  # fmt: skip
            if ends or (found and after in ("+", "-")):
                break
            found += self.piece()
        if not found:
            raise self.refuse("function_without_argument", token, name=f"\\{token.text}")
        return found
