"""\\frac and \\sqrt with their arguments in; the quotient and the root they mean, out."""

from __future__ import annotations

from app.program.latex.scripts import Scripts
from app.program.math_tokens import Token


class Fractions(Scripts):
    """Reads fractions and roots."""

    def fraction(self, token: Token) -> list[Token]:
        first, second = self.peek(1), self.peek(2)
        is_ratio = first.kind == "word" and first.text[0] == "d" and len(first.text) < 3
        if first.text == "partial" or (is_ratio and second.text == "}"):
            raise self.refuse("derivative_given", token, name="\\frac")
        above, below_group = self.group(token), self.group(token)
        above[0] = above[0]._replace(line=token.line, column=token.column)  # the node's place
        last = below_group[-1]
        slash = below_group[0]._replace(kind="sign", text="/")
        opened = token._replace(kind="sign", text="(")
        closed = last._replace(kind="sign", text=")", column=last.end)
        return self.scripted([opened, *above, slash, *below_group, closed])

    def root(self, token: Token) -> list[Token]:
        degree: list[Token] = []
        if self.at("["):
            self.take()
            degree = self.until("]")
            self.take()
        inner = self.group(token)
        opened = token._replace(kind="sign", text="(")
        closed = inner[-1]._replace(kind="sign", text=")")
        if not degree:
            name = token._replace(kind="name", text="sqrt")
            return self.scripted([name, opened, *inner, closed])
        one = opened._replace(kind="number", text="1")
        power = [opened._replace(text="^"), opened, one, opened._replace(text="/")]
        return self.scripted(
            [opened, opened, *inner, closed, *power, opened, *degree, closed, closed, closed]
        )
