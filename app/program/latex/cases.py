"""Conditions in: cases, indicators and expectations; the functions of mathematics they mean, out."""

from __future__ import annotations

from app.program.latex.commands import MOMENTS
from app.program.latex.stream import Stream
from app.program.math_tokens import Token

#: rows of cases
ROWS = 12
_ELSE = frozenset("otherwise else sino casocontrario enotrocaso elsewhere encasocontrario".split())


class Cases(Stream):
    """Reads what depends on conditions."""

    def cases(self, first: Token) -> list[Token]:
        """\\begin{cases} value & condition \\\\ … as where(condition, value, …); the last row is what
        is left."""
        rows: list[tuple[list[Token], list[Token]]] = [([], [])]
        has_condition = False
        while not self.at("end"):
            token = self.peek()
            if token.kind == "end":
                raise self.refuse("unbalanced", first, bracket="\\begin")
            if token.kind == "newline":
                self.take()
                if token.text and len(rows) < ROWS:
                    rows.append(([], []))
                    has_condition = False
            elif self.at("&"):
                self.take()
                has_condition = True
            else:
                for part in self.piece():
                    if part.kind == "newline":  # a word such as if
                        has_condition = True
                    elif part.text.lower() not in _ELSE:
                        rows[-1][has_condition].append(part)
                    else:
                        has_condition = True
        for _ in range(4):
            last = self.take()
        rows = [(_trimmed(value), _trimmed(condition)) for value, condition in rows if value]
        if not rows:
            raise self.refuse("function_without_argument", first, name="\\begin{cases}")
        found = self.sign_of(rows[-1][0][0], "(") + rows[-1][0] + self.sign_of(last, ")")
        for value, condition in reversed(rows[:-1]):
            if not condition:
                raise self.refuse("latex_cases", value[0])
            found = where(value[0], condition, value, found, last)
        return found

    def indicator(self, token: Token) -> list[Token]:
        """\\mathbb{1}[x > 0], \\mathbf{1}_{x > 0}: 1 where it holds, else 0."""
        if self.at("_"):
            self.take()
        closers = {"{": "}", "(": ")", "[": "]"}
        if self.at("left"):
            self.take()
        opened = self.take()
        if opened.text not in closers:
            raise self.refuse("function_without_argument", token, name=f"\\{token.text}")
        inner = self.until("right", closers[opened.text])
        if self.at("right"):
            self.take()
        last = self.take()
        inner = inner[1:-1] if inner and inner[0].text in "([" and inner[-1].text in ")]" else inner
        one, zero = ([token._replace(kind="number", text=text)] for text in "10")
        return where(token, inner, one, zero, last)

    def shows(self, *texts: str) -> bool:
        """Whether the argument is just that."""
        return self.at("{") and self.peek(1).text in texts and self.peek(2).text == "}"

    def expectation(self, base: Token) -> list[Token]:
        """E[…] and Var[…] as those of the elements in it; nothing where no bracket follows."""
        start = self.place
        if self.at("_"):
            self.argument(self.take(), keep=False)
        if not (self.at("[") or (self.at("left") and self.peek(1).text == "[")):
            self.place = start
            return []
        self.means.append(base)
        inner = self.piece()
        return [base._replace(kind="name", text=MOMENTS[base.text]), *inner]

    def sign_of(self, token: Token, text: str) -> list[Token]:
        """A sign in the place of a token."""
        return [token._replace(kind="sign", text=text)]


def where(
    first: Token, condition: list[Token], value: list[Token], rest: list[Token], last: Token
) -> list[Token]:
    """where(condition, value, rest)."""
    opened, comma = first._replace(kind="sign", text="("), last._replace(kind="sign", text=",")
    name = first._replace(kind="name", text="where")
    closed = last._replace(kind="sign", text=")")
    return [name, opened, *condition, comma, *value, comma, *rest, closed]


def _trimmed(given: list[Token]) -> list[Token]:
    while given and given[-1].text in (",", ";", "."):
        given = given[:-1]
    return given
