"""Tokens of mathematics in; Python syntax nodes placed at that mathematics, out."""

from __future__ import annotations

import ast
import keyword
from typing import Any, NamedTuple

from app.errors import ProgramError
from app.graph import Span
from app.program.math_bounds import is_too_large
from app.program.math_functions import FUNCTIONS, INVERSES, MATRIX, log_base
from app.program.math_tokens import Token
from app.program.math_words import tensor_call, torch_call

#: brackets within brackets, and terms in one expression
NESTED, TERMS = 60, 200
_COMPARED = {"<": ast.Lt, ">": ast.Gt, "≤": ast.LtE, "≥": ast.GtE, "<=": ast.LtE, ">=": ast.GtE}
_CLOSERS = {"(": ")", "[": "]", "|": "|"}


class Item(NamedTuple):
    """A node, where it starts and ends (brackets included), its depth, and whether it has only
    numbers (`number`), or only numbers in lists (`listed`)."""

    node: ast.expr
    start: tuple[int, int]
    end: tuple[int, int]
    depth: int = 1
    number: bool = False
    listed: bool = False


class Names(NamedTuple):
    """What is known while reading: assigned variables, the user's functions, parameters in scope,
    and the free names met so far with where, those used as matrices, and of these the vectors."""

    assigned: set[str]
    functions: dict[str, int]
    local: set[str]
    free: dict[str, Token]
    matrices: set[str]
    vectors: set[str]


class Parser:
    """Reads one statement's expression; precedence: sum < product (also unwritten) < sign < power."""

    def __init__(self, given: list[Token], names: Names, lang: str) -> None:
        self.given, self.names, self.lang = given, names, lang
        self.place = self.nested = self.bars = 0

    # --- tokens
    def peek(self, ahead: int = 0) -> Token:
        return self.given[min(self.place + ahead, len(self.given) - 1)]

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def at(self, *signs: str) -> bool:
        return self.peek().kind == "sign" and self.peek().text in signs

    def refuse(self, code: str, token: Token | Span, **words: Any) -> ProgramError:
        span = token.span if isinstance(token, Token) else token
        return ProgramError(code, span=span, lang=self.lang, **words)

    def _put(
        self, node: ast.expr, start: tuple[int, int], end: tuple[int, int], *parts: Item
    ) -> Item:
        """Place a new node, and every unplaced node within it."""
        waiting: list[ast.AST] = [node]
        while waiting:
            inner = waiting.pop()
            if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
                inner.lineno, inner.col_offset = start  # type: ignore[attr-defined]
                inner.end_lineno, inner.end_col_offset = end  # type: ignore[attr-defined]
            elif "lineno" in inner._attributes:
                continue
            waiting += list(ast.iter_child_nodes(inner))
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > TERMS:
            span = Span(line=start[0], column=start[1], end_line=end[0], end_column=end[1])
            raise self.refuse("too_deep", span)
        number = bool(parts) and all(part.number for part in parts)
        return Item(node, start, end, depth, number)

    # --- expressions
    def expression(self) -> Item:
        """A sum."""
        left = self.product()
        while self.at("+", "-"):
            operator = self.take()
            right = self.operand_after(operator, self.product)
            left = self.binary(left, ast.Add() if operator.text == "+" else ast.Sub(), right)
        return left

    def product(self) -> Item:
        left = self.signed()
        while True:
            if self.at("*", "/", "@"):
                operator = self.take()
                right = self.operand_after(operator, self.signed)
                if operator.text == "@":
                    self._matrices(left, right)
                made = {"*": ast.Mult, "/": ast.Div, "@": ast.MatMult}[operator.text]()
                left = self.binary(left, made, right)
            elif self.starts_operand():
                left = self.beside(left, self.power())
            else:
                return left

    def beside(self, left: Item, right: Item) -> Item:
        """An unwritten product: of matrices after a transpose, as in wᵀx and xᵀA x."""
        if right.number or not ends_transposed(left.node):
            return self.binary(left, ast.Mult(), right)
        self._matrices(left, right)
        for node in ast.walk(ast.Tuple([left.node, right.node], ast.Load())):
            if isinstance(node, ast.Name) and node.id[0].islower():
                self.names.vectors.add(node.id)
        return self.binary(left, ast.MatMult(), right)

    def operand_after(self, operator: Token, read) -> Item:  # type: ignore[no-untyped-def]
        token = self.peek()
        if token.kind in ("newline", "end") or self.at(")", "]", ",", ";", ":", "="):
            raise self.refuse("trailing_operator", operator, operator=operator.text)
        return read()  # type: ignore[no-any-return]

    def signed(self) -> Item:
        if not self.at("-", "+"):
            return self.power()
        sign = self.take()
        self.nested += 1
        self.check_nested(sign)
        inner = self.operand_after(sign, self.signed)
        self.nested -= 1
        if sign.text == "+":
            return inner._replace(start=(sign.line, sign.column))
        node = ast.UnaryOp(ast.USub(), inner.node)
        made = self._put(node, (sign.line, sign.column), inner.end, inner)
        return made._replace(listed=inner.listed)

    def power(self) -> Item:
        base = self.postfix(self.primary())
        if not self.at("^"):
            return base
        caret = self.take()
        token = self.peek()
        if token.kind == "name" and token.text == "T" and "T" not in self.names.assigned:
            self.take()
            return self.transposed(base, token)
        self.nested += 1
        self.check_nested(caret)
        exponent = self.operand_after(caret, self.signed)
        self.nested -= 1
        return self.raised(base, exponent)

    def raised(self, base: Item, exponent: Item) -> Item:
        if isinstance(base.node, ast.Attribute) and base.node.attr == "e":
            call = torch_call("torch.exp", [self.tensor(exponent)])
            return self._put(call, base.start, exponent.end, base, exponent)._replace(number=False)
        return self.binary(base, ast.Pow(), exponent)

    def postfix(self, base: Item) -> Item:
        while self.peek().kind in ("super", "transpose"):
            token = self.take()
            if token.kind == "transpose":
                base = self.transposed(base, token)
            else:
                base = self.raised(base, self.superscript(token))
        return base

    def superscript(self, token: Token) -> Item:
        start, end = (token.line, token.column), (token.line, token.end)
        if token.text == "n":
            return self.variable(token)
        try:
            value = int(token.text)
        except ValueError:
            raise self.refuse("unexpected_character", token, character=token.text) from None
        node: ast.expr = ast.Constant(abs(value))
        node = ast.UnaryOp(ast.USub(), node) if value < 0 else node
        return self._put(node, start, end)._replace(number=True)

    def transposed(self, base: Item, token: Token) -> Item:
        self._matrices(base)
        node = ast.Attribute(self.tensor(base), "T", ast.Load())
        return self._put(node, base.start, (token.line, token.end), base)._replace(number=False)

    def binary(self, left: Item, operator: ast.operator, right: Item) -> Item:
        first = self.tensor(left) if left.listed else left.node
        second = self.tensor(right) if right.listed else right.node
        node = ast.BinOp(first, operator, second)
        if isinstance(operator, ast.Pow) and left.number and right.number and is_too_large(node):
            place = Span(
                line=left.start[0],
                column=left.start[1],
                end_line=right.end[0],
                end_column=right.end[1],
            )
            raise self.refuse("number_too_large", place)
        return self._put(node, left.start, right.end, left, right)

    def tensor(self, item: Item, floats: bool = True) -> ast.expr:
        """The node, wrapped in torch.tensor where it has only numbers."""
        if not (item.number or item.listed):
            return item.node
        return self._put(tensor_call(item.node, floats=floats), item.start, item.end).node

    def _matrices(self, *items: Item) -> None:
        for item in items:
            if isinstance(item.node, ast.Name) and (
                item.node.id in self.names.free or item.node.id in self.names.local
            ):
                self.names.matrices.add(item.node.id)

    def check_nested(self, token: Token) -> None:
        if self.nested > NESTED:
            raise self.refuse("too_deep", token)

    # --- operands
    def starts_operand(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        if token.kind in ("name", "number"):
            return True
        opening = ("(", "√", "[") if self.bars else ("(", "√", "[", "|")
        return token.kind == "sign" and token.text in opening

    def primary(self) -> Item:
        token = self.take()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        if token.kind == "sign" and token.text in ("(", "|", "[", "√"):
            return self.bracketed(token)
        if token.kind in ("newline", "end"):
            raise self.refuse("unexpected_end", token)
        code = "unbalanced" if token.text in (")", "]", "|") else "unexpected_character"
        raise self.refuse(code, token, bracket=token.text, character=token.text)

    def number(self, token: Token) -> Item:
        value = float(token.text)
        node = ast.Constant(int(token.text) if token.text.isdecimal() and value < 2**53 else value)
        found = self._put(node, (token.line, token.column), (token.line, token.end))
        return found._replace(number=True)

    def bracketed(self, token: Token) -> Item:
        self.nested += 1
        self.check_nested(token)
        start = (token.line, token.column)
        if token.text == "√":
            inner = self.operand_after(token, lambda: self.postfix(self.primary()))
            found = self.called("torch.sqrt", [inner], start, inner.end)
        elif token.text == "[":
            found = self.listing(token)
        else:
            found = self.enclosed(token)
        self.nested -= 1
        return found

    def enclosed(self, token: Token) -> Item:
        bars, self.bars = self.bars, 1 if token.text == "|" else 0
        inner = self.expression()
        end = self.close(token)
        self.bars = bars
        start = (token.line, token.column)
        if token.text == "|":
            return self.called("torch.abs", [inner], start, end)
        return inner._replace(start=start, end=end)

    def close(self, opened: Token) -> tuple[int, int]:
        if not self.at(_CLOSERS[opened.text]):
            raise self.refuse("unbalanced", opened, bracket=opened.text)
        token = self.take()
        return (token.line, token.end)

    def listing(self, opened: Token) -> Item:
        bars, self.bars = self.bars, 0
        rows: list[list[Item]] = [[]]
        while not self.at("]"):
            rows[-1].append(self.expression())
            if self.at(",", ";"):
                rows += [[]] if self.take().text == ";" else []
            elif not self.at("]") and not self.starts_operand():
                raise self.refuse("unbalanced", opened, bracket="[")
        end = self.close(opened)
        self.bars = bars
        start = (opened.line, opened.column)
        rows = [row for row in rows if row] if len(rows) > 1 else rows
        if len(rows) > 1:
            return self.stacked(
                [self.stacked(row, row[0].start, row[-1].end) for row in rows], start, end
            )
        return self.stacked(rows[0], start, end)

    def stacked(self, row: list[Item], start: tuple[int, int], end: tuple[int, int]) -> Item:
        if all(item.number or item.listed for item in row):
            node = ast.List([item.node for item in row], ast.Load())
            return self._put(node, start, end, *row)._replace(number=False, listed=True)
        listed = ast.List([self.tensor(item) for item in row], ast.Load())
        call = torch_call("torch.stack", [listed])
        return self._put(call, start, end, *row)._replace(number=False)

    # --- names and calls
    def named(self, token: Token) -> Item:
        name, known = token.text, self.names.assigned | self.names.local
        following = self.peek()
        opens = following.kind == "sign" and following.text == "("
        if name == "where" and opens and name not in known:
            return self.chosen(token)
        if name in self.names.functions and name not in self.names.local and opens:
            return self.call(token)
        if name not in known and name in FUNCTIONS and (name != "σ" or opens):
            return self.call(token) if opens else self.applied(token)
        base = None if name in known else log_base(name)
        if base and (base.isdecimal() or self.starts_operand(self.raised_by())):
            return self.logarithm(token, base)
        if opens and name not in known and name not in self.names.free and self._looks_called(name):
            raise self.refuse("unknown_function", token, name=name)
        if name not in known and name in ("π", "pi", "e"):
            written = "pi" if name != "e" else "e"
            node = torch_path(f"torch.{written}")
            return self._put(node, (token.line, token.column), (token.line, token.end))._replace(
                number=True
            )
        return self.indexed(self.variable(token), token)

    def chosen(self, token: Token) -> Item:
        """where(condition, value, other): conditions in a row hold all together."""
        opened = self.take()
        self.nested += 1
        self.check_nested(token)
        bars, self.bars = self.bars, 0
        parts = [self.condition(token)]
        while self.at(","):
            self.take()
            parts.append(self.expression())
        if len(parts) != 3:
            raise self.refuse("argument_count", token, name="where", wanted="3", given=len(parts))
        end = self.close(opened)
        self.bars = bars
        self.nested -= 1
        return self.called("torch.where", parts, (token.line, token.column), end)

    def condition(self, owner: Token) -> Item:
        left = self.expression()
        found: Item | None = None
        while self.at(*_COMPARED):
            sign = self.take()
            right = self.operand_after(sign, self.expression)
            node = ast.Compare(self.tensor(left), [_COMPARED[sign.text]()], [right.node])
            held = self._put(node, left.start, right.end, left, right)._replace(number=False)
            found = held if found is None else self.binary(found, ast.BitAnd(), held)
            left = right
        if found is None:
            raise self.refuse("condition_missing", owner)
        return found._replace(number=False)

    def _looks_called(self, name: str) -> bool:
        return (len(name) > 1 and not name[1:].lstrip("_").isdigit()) or name in "fgh"

    def variable(self, token: Token) -> Item:
        name = safe(token.text)
        if token.text not in self.names.assigned | self.names.local:
            self.names.free.setdefault(name, token)
        place = (token.line, token.column), (token.line, token.end)
        return self._put(ast.Name(name, ast.Load()), *place)

    def indexed(self, base: Item, token: Token) -> Item:
        opened = self.peek()
        if not (self.at("[") and (opened.line, opened.column) == (token.line, token.end)):
            return base
        self.take()
        parts = [self.expression()]
        while self.at(","):
            self.take()
            parts.append(self.expression())
        end = self.close(opened)
        nodes = [part.node for part in parts]
        index = nodes[0] if len(nodes) == 1 else ast.Tuple(nodes, ast.Load())
        node = ast.Subscript(base.node, index, ast.Load())
        return self._put(node, base.start, end, base, *parts)._replace(number=False)

    def applied(self, token: Token) -> Item:
        """A function without brackets, sin² x included: it takes the product that follows."""
        start, exponent = (token.line, token.column), self.function_power()
        name = token.text
        if exponent is not None and exponent[1] == -1 and name in INVERSES:
            name, exponent = INVERSES[name], None
        if self.at("("):
            found = self.call(token._replace(text=name))
        else:
            if not self.starts_operand():
                raise self.refuse("function_without_argument", token, name=token.text)
            self.nested += 1
            self.check_nested(token)
            inner = self.power()
            while (
                self.starts_operand()
                and not self.at("(", "[")
                and self.peek().text not in FUNCTIONS
            ):
                inner = self.binary(inner, ast.Mult(), self.power())
            self.nested -= 1
            found = self.invoked(token._replace(text=name), [inner], start, inner.end)
        return self.raised(found, exponent[0]) if exponent else found

    def raised_by(self) -> int:
        """How many tokens here are an exponent."""
        if self.at("^"):
            return 2 if self.peek(1).kind in ("name", "number") else 0
        return int(self.peek().kind == "super")

    def logarithm(self, token: Token, base: str) -> Item:
        """log_b x, as the quotient of two natural ones."""
        power = self.function_power()
        found = self.applied(token._replace(text="log"))
        if base != "e":
            below = token._replace(text=base)
            item = self.number(below) if base.isdecimal() else self.variable(below)
            logged = self.called("torch.log", [item], item.start, item.end)
            found = self.binary(found, ast.Div(), logged)
        return self.raised(found, power[0]) if power else found

    def function_power(self) -> tuple[Item, int] | None:
        token = self.peek()
        if token.kind == "super":
            item = self.superscript(self.take())
            return item, int(token.text) if token.text != "n" else 0
        if self.at("^"):
            self.take()
            sign = -1 if self.at("-") else 1
            if sign < 0:
                self.take()
            item = self.operand_after(token, self.primary)
            value = item.node.value if isinstance(item.node, ast.Constant) else 0
            if sign < 0:
                item = self._put(ast.UnaryOp(ast.USub(), item.node), item.start, item.end, item)
            return item, sign if value == 1 else 0
        return None

    def call(self, token: Token) -> Item:
        opened = self.take()
        self.nested += 1
        self.check_nested(token)
        bars, self.bars = self.bars, 0
        parts: list[Item] = []
        keywords: list[tuple[str, Item]] = []
        while not self.at(")"):
            if self.peek().kind == "name" and self.peek(1).text == "=":
                name = self.take().text
                self.take()
                keywords.append((name, self.expression()))
            else:
                parts.append(self.expression())
            if self.at(","):
                self.take()
            elif not self.at(")"):
                raise self.refuse("unbalanced", opened, bracket="(")
        end = self.close(opened)
        self.bars = bars
        self.nested -= 1
        return self.invoked(token, parts, (token.line, token.column), end, keywords)

    def invoked(
        self,
        token: Token,
        parts: list[Item],
        start: tuple[int, int],
        end: tuple[int, int],
        keywords: list[tuple[str, Item]] | None = None,
    ) -> Item:
        name = token.text
        if name in self.names.functions:
            least = most = self.names.functions[name]
        else:
            least, most = FUNCTIONS[name].least, FUNCTIONS[name].most
        if not least <= len(parts) <= most:
            wanted = str(least) if least == most else f"{least}–{most}"
            raise self.refuse("argument_count", token, name=name, wanted=wanted, given=len(parts))
        if name in self.names.functions:
            return self.called(safe(name), parts, start, end)
        function = FUNCTIONS[name]
        if name in MATRIX:
            self._matrices(*parts)
        if function.path == "transpose":
            node = ast.Attribute(self.tensor(parts[0]), "T", ast.Load())
            return self._put(node, start, end, *parts)._replace(number=False)
        if function.pair and len(parts) > 1:
            return self.paired(function.pair, parts, start, end)
        extra: dict[str, Any] = {} if len(parts) > 1 else dict(function.keywords)
        written = {word: ast.Constant(value) for word, value in extra.items()}
        words: dict[str, ast.expr] = {
            **written,
            **{word: item.node for word, item in keywords or []},
        }
        return self.called(function.path, parts, start, end, words, function.plain)

    def paired(
        self, path: str, parts: list[Item], start: tuple[int, int], end: tuple[int, int]
    ) -> Item:
        found = parts[0]
        for part in parts[1:]:
            found = self.called(path, [found, part], start, end)
        return found

    def called(
        self,
        path: str,
        parts: list[Item],
        start: tuple[int, int],
        end: tuple[int, int],
        words: dict[str, ast.expr] | None = None,
        plain: tuple[int, ...] = (),
    ) -> Item:
        given = [
            part.node
            if place in plain
            else self.tensor(part, path != "F.cross_entropy" or place == 0)
            for place, part in enumerate(parts)
        ]
        call = torch_call(path, given, words)
        return self._put(call, start, end, *parts)._replace(number=False)


def ends_transposed(node: ast.expr) -> bool:
    """Whether what stands right of it is multiplied as a matrix."""
    if isinstance(node, ast.BinOp):
        last = node.right
        if isinstance(node.op, ast.MatMult):  # xᵀA goes on as a matrix does, wᵀx is a number
            return isinstance(last, ast.Name) and last.id[0].isupper()
        return isinstance(node.op, ast.Mult) and ends_transposed(last)
    return isinstance(node, ast.Attribute) and node.attr == "T"


def torch_path(path: str) -> ast.expr:
    """`torch.linalg.det` as nodes without places."""
    first, *rest = path.split(".")
    node: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def safe(name: str) -> str:
    """A name Python accepts as a variable: lambda → λ, in → in_."""
    if name in ("lambda", "lambda_"):
        return "λ"
    return f"{name}_" if keyword.iskeyword(name) or name in ("torch", "float") else name
