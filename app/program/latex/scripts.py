"""A base and the _ and ^ behind it in; the name, the power or the transpose they mean, out."""

from __future__ import annotations

import math

from app.program.latex.commands import GREEK
from app.program.latex.stream import Stream
from app.program.math_tokens import Token


def _is_whole(base: list[Token]) -> bool:
    """Whether a factorial of it is a number that can be written."""
    return len(base) == 1 and base[0].text.isdecimal() and int(base[0].text) <= 20


class Scripts(Stream):
    """Reads indices, exponents and groups."""

    def scripted(self, base: list[Token]) -> list[Token]:
        """The base with every _ and ^ that follows it."""
        powers: list[Token] = []
        while self.at("_", "^", "'") or (self.at("!") and _is_whole(base)):
            mark = self.take()
            if mark.text == "!":
                base = [base[0]._replace(text=str(math.factorial(int(base[0].text))), end=mark.end)]
            elif mark.text == "'":
                base = [*base[:-1], base[-1]._replace(text=base[-1].text + "_prime", end=mark.end)]
            elif mark.text == "_":
                base = self.indexed(base, mark)
            else:
                base, powers = self.raised(base, mark, powers)
        return base + powers

    def indexed(self, base: list[Token], mark: Token) -> list[Token]:
        following = self.peek()
        whole = following.kind in ("word", "number")
        part = [self.take()] if whole else self.argument(mark)
        below = self.names.text_of(part, index=True)
        last = base[-1]
        if last.kind != "name" or len(base) > 1:
            raise self.refuse("latex_index", mark)
        return [last._replace(text=f"{last.text}_{below.text}", end=below.end)]

    def raised(
        self, base: list[Token], mark: Token, before: list[Token]
    ) -> tuple[list[Token], list[Token]]:
        if self.peek().kind == "number" and len(self.peek().text) > 1:
            raise self.refuse("latex_braces", self.peek(), number=self.peek().text)
        start = self.place
        is_group = self.at("{")
        part = self.argument(mark)
        words = [token.text for token in part if token.kind != "close"]
        end = part[-1].end
        if words in (["T"], ["top"], ["intercal"], ["mathsf"]):
            return base, [*before, mark._replace(kind="transpose", text="ᵀ", end=end)]
        if words in (["prime"], ["*"], ["star"], ["ast"]):
            text = base[-1].text + ("_prime" if words == ["prime"] else "_star")
            return [*base[:-1], base[-1]._replace(text=text, end=end)], before
        plain = "".join(words)
        if plain.lstrip("-").isdecimal() and len(plain) < 8:
            return base, [*before, mark._replace(kind="super", text=plain, end=end)]
        if base[-1].kind == "name" and words and words[0] in "([" and words[-1] in ")]":
            above = self.names.text_of(part[1:-2], index=True)
            return [
                *base[:-1],
                base[-1]._replace(text=f"{base[-1].text}_{above.text}", end=end),
            ], before
        self.place = start
        caret = mark._replace(kind="sign", text="^")
        inner = self.group(mark) if is_group else self.one_power(mark)
        return base, [*before, caret, *inner]

    def one_power(self, mark: Token) -> list[Token]:
        token = self.argument(mark)[0]
        if token.kind in ("letter", "word") or token.text in GREEK:
            return [self.names.bound(token._replace(kind="name"))]
        self.place -= 1
        return self.piece()

    def group(self, owner: Token) -> list[Token]:
        """An argument as a bracketed expression."""
        if not self.at("{"):
            part = self.argument(owner)
            self.place -= 1
            if part[0].kind == "word":
                self.place += 1
                return [self.names.bound(part[0]._replace(kind="name"))]
            return self.bare() if part[0].kind == "number" else self.piece()
        opened = self.take()
        inner = self.until("}")
        last = self.take()
        start = opened._replace(kind="sign", text="(")
        return [start, *inner, last._replace(kind="sign", text=")")]

    def bare(self) -> list[Token]:
        return [self.take()]
