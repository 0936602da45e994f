"""Lexemes in; one after the other, and the arguments commands take of them, out."""

from __future__ import annotations

from typing import Any

from app.errors import ProgramError
from app.program.latex.names import Subscripts
from app.program.math_tokens import Token


class Stream:
    """The lexemes of one text and where reading stands."""

    def __init__(self, given: list[Token], inputs: dict[str, Any], lang: str) -> None:
        self.given, self.lang = given, lang
        self.place = self.depth = self.made = 0
        self.names = Subscripts(inputs, self.refuse)
        #: names that end sums → the first sum they end
        self.ends: dict[str, Token] = {}
        #: where an expectation is read as a mean
        self.means: list[Token] = []

    def peek(self, ahead: int = 0) -> Token:
        return self.given[min(self.place + ahead, len(self.given) - 1)]

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.peek().kind in ("sign", "command") and self.peek().text in texts

    def refuse(self, code: str, token: Token, **words: Any) -> ProgramError:
        return ProgramError(code, span=token.span, lang=self.lang, **words)

    def argument(self, owner: Token, *, keep: bool = True) -> list[Token]:
        """The lexemes of `{…}`, or the one that follows (one letter or digit of several)."""
        token = self.take()
        if token.kind in ("newline", "end"):
            raise self.refuse("function_without_argument", owner, name=f"\\{owner.text}")
        if token.text != "{" or token.kind != "sign":
            if token.kind in ("word", "number") and len(token.text) > 1 and keep:
                rest = token._replace(text=token.text[1:], column=token.column + 1)
                self.given[self.place - 1 : self.place] = [
                    token._replace(text=token.text[0], end=token.column + 1),
                    rest,
                ]
                return [self.given[self.place - 1]]
            return [token]
        found, depth = [], 1
        while depth:
            inner = self.take()
            if inner.kind == "end":
                raise self.refuse("unbalanced", token, bracket="{")
            depth += (inner.text == "{") - (inner.text == "}")
            found.append(inner)
        return [*found[:-1], found[-1]._replace(kind="close")]

    def piece(self) -> list[Token]:
        """One thing with its index and exponent."""
        raise NotImplementedError

    def until(self, *closers: str) -> list[Token]:
        """Everything up to a closer, which is left; newlines vanish."""
        raise NotImplementedError
