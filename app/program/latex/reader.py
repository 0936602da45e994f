"""LaTeX in; the tokens of the mathematics it means, placed at the LaTeX, and their program, out."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from app.errors import ProgramError
from app.program.copies import home
from app.program.latex.cases import Cases
from app.program.latex.commands import (
    ACCENTS,
    CASES,
    DERIVATIVES,
    FONTS,
    FRACTIONS,
    GREEK,
    LETTERS,
    MATRICES,
    MOMENTS,
    NORMS,
    PLAIN,
    REPEATED,
    ROUNDED,
    SIGNS,
    SKIPPED,
    SKIPPED_WITH,
    WORDS,
    function_of,
)
from app.program.latex.formulas import lexemes, prose_of
from app.program.latex.fractions import Fractions
from app.program.latex.names import spread
from app.program.latex.slips import check_latex, without_domains
from app.program.latex.sums import Sums
from app.program.math_code import MathCode, program_of
from app.program.math_tokens import Token
from app.program.notes import note

#: groups within groups, tokens of one text
NESTED, TOKENS = 40, 4000
_JOINING = {"+", "-", "*", "/", "^", ")", "="}
_CLOSING = {")": "(", "]": "[", "}": "{"}


def read_latex(source: str, inputs: dict[str, Any], lang: str = "en") -> MathCode:
    """Raises ProgramError with the exact place."""
    check_latex(source, lang)
    reader = Reader(lexemes(without_domains(source)), inputs, lang)
    given = spread(reader.all())
    notes = [
        note("latex_count", token.span, lang, name=name, count=reader.names.counts[name])
        for name, token in reader.ends.items()
    ]
    notes += [note("latex_mean", token.span, lang) for token in reader.means[:1]]
    if (prose := prose_of(source)) is not None:
        notes.append(note("latex_prose", prose, lang))
    try:
        found = program_of(given, inputs, lang, reader.names.counts, is_free=True)
        return found._replace(notes=tuple(notes))
    except ProgramError as error:
        span = error.problem.span
        error.problem = replace(error.problem, span=home(span) if span else None)
        raise


class Reader(Fractions, Sums, Cases):
    """Recursive descent over lexemes; what a sum repeats is read again for each value."""

    def all(self) -> list[Token]:
        found: list[Token] = []
        while self.peek().kind != "end":
            token = self.peek()
            if token.kind == "newline":
                found += self.line_end(self.take(), found)
            else:
                found += self.piece()
        return [*found, token._replace(kind="newline", text=""), self.peek()._replace(text="")]

    def line_end(self, token: Token, before: list[Token]) -> list[Token]:
        """A newline ends a statement unless the next line goes on with it; `&= b` repeats the name."""
        while self.peek().kind == "newline" or self.at("&"):
            self.take()
        after = SIGNS.get(self.peek().text, self.peek().text)
        statement = _last_statement(before)
        self.names.spent.clear()
        if not statement:
            return []
        if after == "=" and any(part.text == "=" for part in statement):
            name = statement[: next(i for i, t in enumerate(statement) if t.text == "=")]
            return [token._replace(kind="newline", text=""), *name]
        goes_on = self.peek().kind != "end" and after in _JOINING
        hangs = statement[-1].kind == "sign" and statement[-1].text in "+-*/^="
        return [] if goes_on or hangs else [token._replace(kind="newline", text="")]

    def until(self, *closers: str) -> list[Token]:
        """Everything up to a closer, which is left; newlines vanish."""
        found: list[Token] = []
        opened = self.given[self.place - 1]
        self.depth += 1
        if self.depth > NESTED:
            raise self.refuse("too_deep", opened)
        while not self.at(*closers):
            if self.peek().kind == "end" or self.at("}", ")", "right", "end"):
                raise self.refuse("unbalanced", opened, bracket=opened.text)
            found += [] if self.peek().kind == "newline" and self.take() else self.piece()
        self.depth -= 1
        return found

    def piece(self) -> list[Token]:
        """One thing with its index and exponent."""
        token = self.peek()
        if token.kind in ("word", "letter") or token.kind == "command":
            found = self.word() if token.kind == "word" else self.command()
        elif token.kind == "number":
            found = self.scripted([self.take()])
        else:
            found = self.sign(self.take())
        self.made += len(found)
        if self.made > TOKENS:
            raise self.refuse("latex_long", token, most=TOKENS)
        return found

    def sign(self, token: Token) -> list[Token]:
        if token.text in ("&", "$"):
            return []
        if token.text in "{([":
            closer = {"{": "}", "(": ")", "[": "]"}[token.text]
            inner = self.until(closer)
            return self.bracketed(token, inner, self.take())
        if token.text in "+-*/=,;|<>:!'≤≥":
            return [token._replace(kind="sign")]
        code = "unbalanced" if token.text in _CLOSING else "unexpected_character"
        raise self.refuse(code, token, bracket=token.text, character=token.text)

    def bracketed(self, first: Token, inner: list[Token], last: Token) -> list[Token]:
        if not inner:
            return []
        listed = first.text == "[" and any(token.text in (",", ";") for token in inner)
        opener, closer = ("[", "]") if listed else ("(", ")")
        opened = first._replace(kind="sign", text=opener)
        return self.scripted([opened, *inner, last._replace(kind="sign", text=closer)])

    def word(self) -> list[Token]:
        """Letters in a row are a product, unless they name a function or what is left of =."""
        token = self.take()
        after = self.peek()
        calls = after.text in ("(", "left", "[")
        if len(token.text) > 1 and (
            self.names.is_whole(token.text)
            or (calls and function_of(token.text))
            or (after.text in ("=", "coloneqq") or (after.text == "&" and self.peek(1).text == "="))
        ):
            self.names.whole.add(token.text)
            name = function_of(token.text) if calls else token.text
            return self.scripted([token._replace(kind="name", text=name or token.text)])
        found: list[Token] = []
        for place, letter in enumerate(token.text):
            column = token.column + place
            one = Token("name", letter, token.line, column, column + 1)
            is_last = place == len(token.text) - 1
            found += self.scripted([self.names.bound(one)]) if is_last else [self.names.bound(one)]
        return found

    def command(self) -> list[Token]:
        token = self.take()
        name = token.text
        if token.kind == "letter":
            return self.scripted([token._replace(kind="name")])
        if name in LETTERS or name in GREEK:
            return self.scripted([token._replace(kind="name", text=LETTERS.get(name, name))])
        if name in ACCENTS:
            base = self.name_in(token)
            return self.scripted([base._replace(text=base.text + ACCENTS[name])])
        if name in FONTS:
            return self.upright(token)
        if name in FRACTIONS:
            return self.fraction(token)
        if name == "sqrt":
            return self.root(token)
        if name in REPEATED:
            return self.repeated(token)
        if name in SIGNS:
            token = token._replace(kind="sign", text=SIGNS[name])
            return [token] if token.text in "*/=|" else self.sign(token)
        return self.other(token)

    def other(self, token: Token) -> list[Token]:
        name = token.text
        if name in ("{", "left"):
            opened = self.take() if name == "left" else token._replace(text="(")
            return self.delimited(opened, "right" if name == "left" else "}")
        if name in NORMS:
            return self.delimited(token, *NORMS)
        if name == "begin" or name == "end":
            return self.environment(token)
        if known := function_of(name):
            return self.scripted([token._replace(kind="name", text=known)])
        if name in ROUNDED:
            called, closer = ROUNDED[name]
            inner = self.until(closer)
            last = self.take()._replace(kind="sign", text=")")
            start = [
                token._replace(kind="name", text=called),
                token._replace(kind="sign", text="("),
            ]
            return self.scripted([*start, *inner, last])
        if name in ("overset", "stackrel", "underset"):
            self.argument(token, keep=False)
            return self.group(token)[1:-1]
        if name in SKIPPED or name in SKIPPED_WITH:
            if name in SKIPPED_WITH:
                self.argument(token, keep=False)
            return []
        code = "derivative_given" if name in DERIVATIVES else "latex_command"
        raise self.refuse(code, token, name=f"\\{name}")

    def delimited(self, opened: Token, *closers: str) -> list[Token]:
        """\\left( … \\right), \\{ … \\}, \\| … \\|: the last two of a norm are the same."""
        inner = self.until(*closers)
        last = self.take()
        if closers[0] == "right":
            last = self.take()
        if opened.text in NORMS and (opened.kind == "command" or opened.text == "|"):
            called = "norm" if opened.kind == "command" else "abs"
            name = opened._replace(kind="name", text=called)
            start = opened._replace(kind="sign", text="(")
            if self.at("_"):
                self.take()
                self.argument(opened, keep=False)
            return self.scripted([name, start, *inner, last._replace(kind="sign", text=")")])
        return self.bracketed(opened._replace(kind="sign"), inner, last)

    def environment(self, token: Token) -> list[Token]:
        self.take()
        named = self.take()
        while not self.at("}") and self.peek().kind != "end":
            self.take()
        self.take()
        if named.text in PLAIN:
            return []
        if named.text in CASES and token.text == "begin":
            return self.cases(token)
        if named.text not in MATRICES or token.text == "end":
            raise self.refuse("latex_command", named, name=named.text)
        if named.text == "array" and self.at("{"):
            self.argument(token, keep=False)
        return self.matrix(token)

    def matrix(self, first: Token) -> list[Token]:
        found = [first._replace(kind="sign", text="[")]
        while not self.at("end"):
            token = self.peek()
            if token.kind == "end":
                raise self.refuse("unbalanced", first, bracket="\\begin")
            if token.kind == "newline" and self.take():
                found += [token._replace(kind="sign", text=";")] if token.text else []
            elif self.at("&"):
                found.append(self.take()._replace(kind="sign", text=","))
            else:
                found += self.piece()
        for _ in range(4):
            last = self.take()
        if found[-1].text == ";":
            found.pop()
        return self.scripted([*found, last._replace(kind="sign", text="]")])

    def upright(self, token: Token) -> list[Token]:
        if self.shows("1", "I") and self.peek(3).text in ("_", "[", "(", "{", "left"):
            for _ in range(3):
                self.take()
            return self.indicator(token)
        is_moment = self.shows(*MOMENTS)
        base = self.name_in(token)
        if is_moment and (found := self.expectation(base)):
            return found
        if base.text.lower() in WORDS:
            return [token._replace(kind="newline", text="")]
        name = function_of(base.text) if token.text != "mathcal" else None
        is_called = self.at("(", "left", "{", "^") or self.peek().kind in ("word", "letter")
        return self.scripted([base._replace(text=name if name and is_called else base.text)])

    def name_in(self, owner: Token) -> Token:
        """The argument of an accent or a font as one name."""
        last, text = self.names.text_of(self.argument(owner)), ""
        text = last.text
        if not text or not text[0].isalpha():
            raise self.refuse("latex_command", owner, name=f"\\{owner.text}")
        return owner._replace(kind="name", text=text, line=last.line, end=last.end)


def _last_statement(tokens: list[Token]) -> list[Token]:
    place = len(tokens)
    while place and tokens[place - 1].kind != "newline":
        place -= 1
    return tokens[place:]
