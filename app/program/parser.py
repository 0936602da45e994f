"""Tokens of mathematics in; a Python syntax tree placed at the mathematics, out.

Precedence climbing: sum < product (also implicit) < sign < power < application."""

from __future__ import annotations

import ast
import keyword
from typing import Any

from app.errors import ProgramError
from app.program.functions import CONSTANTS, FUNCTIONS, LAST_DIMENSION
from app.program.tokens import SUBS, Token, tokens_of

OPERATORS: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "^": ast.Pow(),
    "@": ast.MatMult(),
}
#: nesting beyond which an expression is refused (the parser recurses)
DEEPEST = 120


class Parser:
    """Parses statements `name = expression`, `f(x) = expression` and plain expressions."""

    def __init__(self, source: str, lang: str) -> None:
        self.lang = lang
        self.tokens = tokens_of(source, lang)
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.assigned = self._assigned()
        self.functions: set[str] = set()
        self.parameters: set[str] = set()
        self.known: set[str] = set()
        self.free: dict[str, Token] = {}
        self.modules: set[str] = set()

    def _assigned(self) -> set[str]:
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return {self.safe(a.text) for a, b in pairs if a.kind == "name" and b.text == "="}

    def statements(self) -> list[tuple[str | list[str], Any]]:
        """(target, expression) per statement; a target list is [function, parameter, …]."""
        found: list[tuple[str | list[str], Any]] = []
        while self.peek.kind != "end":
            if self.peek.kind == "newline" or self.peek.text in ",;:":
                self.next()
                continue
            found.append(self.statement())
        return found

    def statement(self) -> tuple[str | list[str], Any]:
        """One of them."""
        start = self.at
        target = self.target()
        if target is None:
            self.at = start
            target = ""
        names = target[1:] if isinstance(target, list) else []
        self.parameters = set(names)
        value = self.sum()
        self.parameters = set()
        if isinstance(target, list):
            self.functions.add(target[0])
        elif target:
            self.known.add(target)
        while self.peek.text == "=":  # a = b = c: the middle is a statement of its own
            self.next()
            value = self.sum()
        if self.peek.kind not in ("newline", "end") and self.peek.text not in (",", ";", ":"):
            self.fail("unexpected_token", self.peek)
        return target, value

    def target(self) -> str | list[str] | None:
        """`name =` or `f(x, y) =`, or None where the statement is an expression."""
        if self.peek.kind != "name":
            return None
        name = self.safe(self.next().text)
        if self.peek.text == "=":
            self.next()
            return name
        if self.peek.text != "(":
            return None
        self.next()
        parameters = []
        while self.peek.kind == "name":
            parameters.append(self.safe(self.next().text))
            if self.peek.text == ",":
                self.next()
        if self.peek.text != ")":
            return None
        self.next()
        if self.peek.text != "=" or not parameters:
            return None
        self.next()
        return [name, *parameters]

    @property
    def peek(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    def next(self) -> Token:
        """Take the next token."""
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def fail(self, code: str, token: Token, **words: Any) -> None:
        """Raise, quoting the token."""
        text = token.text or "⏎"
        raise ProgramError(code, span=token.span, lang=self.lang, text=text, **words)

    def sum(self) -> ast.expr:
        """product (+ or − product)*"""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ProgramError("too_deep", lang=self.lang)
        left = self.product()
        while self.peek.text in ("+", "-"):
            operator = self.next()
            left = self.binary(left, operator.text, self.product())
        self.depth -= 1
        return left

    def product(self) -> ast.expr:
        """sign (* / @ or nothing at all, sign)*"""
        left = self.sign()
        while True:
            token = self.peek
            if token.text in ("*", "/", "@") and token.kind == "op":
                self.next()
                left = self.binary(left, token.text, self.sign())
            elif self.starts_factor(token):
                left = self.binary(left, "*", self.power())
            else:
                return left

    def starts_factor(self, token: Token) -> bool:
        """Whether a token right after a factor means multiplication: 2x, y log(a), (1-y)(2)."""
        if token.kind in ("name", "number") or token.text in ("(", "["):
            return True
        return token.text in ("|", "‖") and not self.bars

    def sign(self) -> ast.expr:
        """- power"""
        token = self.peek
        if token.text in ("-", "+"):
            self.next()
            operand = self.sign()
            if token.text == "+":
                return operand
            return self.placed(ast.UnaryOp(ast.USub(), operand), token, operand)
        return self.power()

    def power(self) -> ast.expr:
        """atom with its superscripts, transposes and ^"""
        base = self.postfix(self.atom())
        if self.peek.text == "^":
            self.next()
            if (
                self.peek.kind == "name"
                and self.peek.text in ("T", "⊤")
                and "T" not in self.assigned
            ):
                token = self.next()
                return self.postfix(self.placed(ast.Attribute(base, "T", ast.Load()), base, token))
            exponent = self.sign()
            return self.placed(ast.BinOp(base, ast.Pow(), exponent), base, exponent)
        return base

    def postfix(self, base: ast.expr) -> ast.expr:
        """², ᵀ, .T and [index]"""
        while True:
            token = self.peek
            if token.kind == "super":
                self.next()
                exponent = self.number(token)
                base = self.placed(ast.BinOp(base, ast.Pow(), exponent), base, token)
            elif token.kind == "transpose":
                self.next()
                base = self.placed(ast.Attribute(base, "T", ast.Load()), base, token)
            elif token.text == "." and self.tokens[self.at + 1].text == "T":
                self.next()
                base = self.placed(ast.Attribute(base, "T", ast.Load()), base, self.next())
            else:
                return base

    def atom(self) -> ast.expr:
        """A number, a name, a call, (…), |…|, ‖…‖ or […]"""
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            inner = self.sum()
            self.expect(")", token)
            return inner
        if token.text in ("|", "‖"):
            return self.bar(token)
        if token.text == "[":
            return self.vector(token)
        if token.kind in ("newline", "end"):
            previous = self.tokens[max(self.at - 2, 0)] if token.kind == "newline" else token
            self.fail("unfinished", previous if previous.text else token)
        self.fail("unexpected_token", token)
        raise AssertionError

    def bar(self, token: Token) -> ast.expr:
        """|x| and ‖x‖"""
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        end = self.expect(token.text, token)
        name = "torch.abs" if token.text == "|" else "torch.linalg.vector_norm"
        return self.call(name, [inner], token, end)

    def vector(self, token: Token) -> ast.expr:
        """[1, 2; 3, 4] and [[1, 2], [3, 4]] → a tensor"""
        rows = self.rows(token)
        end = self.tokens[self.at - 1]
        rows = self.placed(rows, token, end)
        return rows

    def rows(self, token: Token) -> ast.expr:
        """The nested list behind a vector or matrix."""
        rows: list[list[ast.expr]] = [[]]
        while self.peek.text != "]":
            if self.peek.kind in ("newline", "end"):
                if self.peek.kind == "end":
                    self.fail("unclosed", token)
                self.next()
                continue
            rows[-1].append(self.sum())
            if self.peek.text == ",":
                self.next()
            elif self.peek.text == ";":
                self.next()
                rows.append([])
            elif self.peek.text != "]" and self.peek.kind != "newline":
                self.fail("unclosed", token)
        self.next()
        lists = [self.placed(ast.List(row, ast.Load()), token, token) for row in rows if row]
        return lists[0] if len(lists) == 1 else ast.List(list(lists), ast.Load())

    def named(self, token: Token) -> ast.expr:
        """A variable, a constant, a call with or without parentheses."""
        text = self.safe(token.text)
        if text in self.parameters or text in self.known:
            return self.placed(ast.Name(text, ast.Load()), token, token)
        if text in self.functions:
            arguments = self.arguments(token)
            name = self.placed(ast.Name(text, ast.Load()), token, token)
            return self.placed(ast.Call(name, arguments, []), token, self.tokens[self.at - 1])
        if token.text in FUNCTIONS:
            return self.application(token)
        if token.text in CONSTANTS:
            self.modules.add("math")
            return self.dotted(CONSTANTS[token.text], token)
        if self.peek.text == "(" and self.peek.column == token.end and len(token.text) > 1:
            self.fail("unknown_function", token)
        self.free.setdefault(text, token)
        return self.placed(ast.Name(text, ast.Load()), token, token)

    def application(self, token: Token) -> ast.expr:
        """sin(x), sin x, sin²(x)"""
        exponent = None
        if self.peek.kind == "super":
            exponent = self.number(self.next())
        elif self.peek.text == "^" and self.tokens[self.at + 1].kind == "number":
            self.next()
            exponent = self.number(self.next())
        arguments = self.arguments(token)
        result = self.call(FUNCTIONS[token.text], arguments, token, self.tokens[self.at - 1])
        if exponent is None:
            return result
        return self.placed(ast.BinOp(result, ast.Pow(), exponent), result, result)

    def arguments(self, token: Token) -> list[ast.expr]:
        """(a, b) or the one factor that follows"""
        if self.peek.text != "(":
            if self.peek.kind in ("newline", "end") or self.peek.text in ("+", "*", "/", "=", ")"):
                self.fail("unfinished", token)
            return [self.power()]
        opening = self.next()
        found = []
        while self.peek.text != ")":
            found.append(self.sum())
            if self.peek.text == ",":
                self.next()
            elif self.peek.text != ")":
                self.fail("unclosed", opening)
        self.next()
        if not found:
            self.fail("unfinished", token)
        return found

    def call(self, name: str, arguments: list[ast.expr], start: Any, end: Any) -> ast.expr:
        """A torch call, with the last dimension where mathematics leaves it out."""
        if name.startswith("F."):
            self.modules.add("F")
        if name in ("torch.max", "torch.min") and len(arguments) == 2:
            name = {"torch.max": "torch.maximum", "torch.min": "torch.minimum"}[name]
        keywords = []
        if name in LAST_DIMENSION and len(arguments) == 1:
            keywords = [ast.keyword("dim", self.placed(ast.Constant(-1), start, end))]
        if name.startswith(("torch.", "F.")):
            arguments = [self.tensor(a) if _is_number(a) else a for a in arguments]
        function = self.dotted(name, start)
        return self.placed(ast.Call(function, arguments, keywords), start, end)

    def tensor(self, number: ast.expr) -> ast.expr:
        """A plain number where torch wants a tensor."""
        if isinstance(number, ast.Constant):
            number.value = float(number.value)
        function = self.dotted("torch.tensor", number)
        return self.placed(ast.Call(function, [number], []), number, number)

    def dotted(self, name: str, token: Any) -> ast.expr:
        """torch.sigmoid as a tree, at one place."""
        first, *rest = name.split(".")
        tree: ast.expr = self.placed(ast.Name(first, ast.Load()), token, token)
        for part in rest:
            tree = self.placed(ast.Attribute(tree, part, ast.Load()), token, token)
        return tree

    def number(self, token: Token) -> ast.expr:
        """An int or a float."""
        try:
            value: Any = int(token.text) if token.text.lstrip("-").isdigit() else float(token.text)
        except ValueError:
            self.fail("unexpected_token", token)
        return self.placed(ast.Constant(value), token, token)

    def expect(self, text: str, opening: Token) -> Token:
        """The closing bracket of `opening`."""
        while text in (")", "]") and self.peek.kind == "newline" and self.at + 1 < len(self.tokens):
            if self.tokens[self.at + 1].kind == "end":
                break
            self.next()
        if self.peek.text != text:
            self.fail("unclosed", opening)
        return self.next()

    def binary(self, left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
        """left operator right"""
        return self.placed(ast.BinOp(left, OPERATORS[operator], right), left, right)

    def placed(self, node: Any, start: Any, end: Any) -> Any:
        """Put a node from the start of one token or tree to the end of another."""
        node.lineno, node.col_offset = _start(start)
        node.end_lineno, node.end_col_offset = _end(end)
        return node

    def safe(self, name: str) -> str:
        """A name Python accepts: subscripts as digits, primes as words, keywords apart."""
        name = "".join(SUBS.get(c, c) for c in name).replace("'", "_prime").replace("′", "_prime")
        return name + "_" if keyword.iskeyword(name) or name in ("torch", "F", "math") else name


def _is_number(tree: ast.expr) -> bool:
    """Whether an expression holds plain numbers only: 2, -1, 2 * math.pi."""
    if isinstance(tree, ast.Attribute):
        return isinstance(tree.value, ast.Name) and tree.value.id == "math"
    if isinstance(tree, ast.BinOp):
        return _is_number(tree.left) and _is_number(tree.right)
    if isinstance(tree, ast.UnaryOp):
        return _is_number(tree.operand)
    return isinstance(tree, ast.Constant)


def _start(place: Any) -> tuple[int, int]:
    return (
        (place.line, place.column) if isinstance(place, Token) else (place.lineno, place.col_offset)
    )


def _end(place: Any) -> tuple[int, int]:
    if isinstance(place, Token):
        return place.line, place.end
    return place.end_lineno, place.end_col_offset
