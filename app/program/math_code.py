"""Mathematics in; the torch program it means, as a tree placed at the mathematics, out."""

from __future__ import annotations

import ast
import sys
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.errors import ProgramError
from app.graph import Diagnostic, Nested, Span
from app.program.literals import literal
from app.program.math_functions import FUNCTIONS
from app.program.math_parser import Item, Names, Parser, safe
from app.program.math_slips import check_slips, defined_first
from app.program.math_tokens import Token, name_of, tokens
from app.program.math_words import tensor_call
from app.program.order import ordered

#: values given to free names, in the order met; distinct, and within (0, 1) so that log(a) and log(1-a) exist
DEFAULTS = (0.5, 0.3, 0.8, 0.2, 0.6, 0.9, 0.4, 0.7)
_WORDS = {"let", "where", "given", "sea", "donde", "con", "with"}


class MathCode(NamedTuple):
    """The torch text, its tree placed at the mathematics, and the values free names got."""

    code: str
    tree: ast.Module
    inputs: dict[str, Nested]
    notes: tuple[Diagnostic, ...] = ()


def read_math(source: str, inputs: dict[str, Any], lang: str = "en") -> MathCode:
    """Raises ProgramError with the exact place."""
    check_slips(source, lang)
    try:
        return program_of(tokens(source, lang), inputs, lang)
    except ProgramError as error:
        if error.problem.code == "assigned_later" and error.problem.span:
            repair = defined_first(source, error.problem.span)
            error.problem = replace(error.problem, repair=repair)
        raise


def program_of(
    given: list[Token],
    inputs: dict[str, Any],
    lang: str,
    counts: dict[str, int] | None = None,
    is_free: bool = False,
) -> MathCode:
    """The program of a text's tokens; `counts` are numbers of terms, which have no gradient; a
    definition may stand below its use where the order `is_free`."""
    statements = ordered(_statements(given)) if is_free else _statements(given)
    reader = _Reader(statements, inputs, lang, counts or {})
    body = reader.body()
    if not body:
        raise ProgramError("empty_program", lang=lang)
    tree = ast.Module(_imports(body, reader.names) + body, [])
    return MathCode(_unparse(tree), tree, reader.given)


def _unparse(tree: ast.Module) -> str:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20_000))
    try:
        return ast.unparse(tree) + "\n"
    finally:
        sys.setrecursionlimit(limit)


def _statements(given: list[Token]) -> list[list[Token]]:
    """Split at newlines and, outside brackets, at , ; and : ; newlines inside brackets vanish."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in given:
        if token.kind == "sign":
            depth += (token.text in "([") - (token.text in ")]")
        separates = token.kind == "sign" and token.text in (",", ";", ":") and depth <= 0
        if token.kind == "newline" and depth > 0 and not _starts_statement(given, token):
            continue
        if token.kind in ("newline", "end") or separates:
            found[-1].append(token._replace(kind="newline"))
            found.append([])
            depth = 0
        else:
            found[-1].append(token)
    return [part for part in map(_without_word, found) if len(part) > 1]


def _starts_statement(given: list[Token], newline: Token) -> bool:
    """Whether `name = …` begins on the next line, so an open bracket above was forgotten."""
    after = [token for token in given if token.line == newline.line + 1][:2]
    return len(after) == 2 and after[0].kind == "name" and after[1].text == "="


def _without_word(part: list[Token]) -> list[Token]:
    opens = len(part) > 2 and part[0].text in _WORDS and part[1].kind == "name"
    return part[1:] if opens else part


class _Reader:
    """Reads statements in order, keeping what is known."""

    def __init__(
        self,
        statements: list[list[Token]],
        inputs: dict[str, Any],
        lang: str,
        counts: dict[str, int],
    ) -> None:
        self.statements, self.lang, self.counts = statements, lang, counts
        self.inputs = {safe(name_of(name)): value for name, value in inputs.items()}
        self.later = {part[0].text for part in statements if len(part) > 1 and part[1].text == "="}
        self.names = Names(set(), {}, set(), {}, set(), set())
        self.given: dict[str, Nested] = dict(counts)

    def body(self) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        if self.statements and all(map(self.defines, self.statements)):
            called = _sides(self.statements[-1])[0]  # f(x) = x² alone: show f(x)
            self.statements = [*self.statements, called]
        last = {t[0].text: k for k, t in enumerate(self.statements) if t[1].text == "="}
        for place, part in enumerate(self.statements):
            known = len(self.names.free)
            statement = self.statement(part)
            for name in list(self.names.free)[known:]:
                found.append(self.free(name, last.get(self.names.free[name].text, -1) > place))
            found.append(statement)
        if unknown := set(self.inputs) - set(self.given):
            raise ProgramError("unknown_input", lang=self.lang, name=sorted(unknown)[0])
        return found

    def free(self, name: str, is_assigned_later: bool) -> ast.stmt:
        """`name = torch.tensor(default, requires_grad=True)`, placed where the name is first used."""
        token = self.names.free[name]
        own = self.own == name
        if is_assigned_later and not own:
            raise ProgramError("assigned_later", span=token.span, lang=self.lang, name=token.text)
        default: Any = DEFAULTS[len(self.given) % len(DEFAULTS)]
        default = self.counts.get(name, default)
        if name in self.names.matrices:
            rows = [[default, 0.1], [-0.2, default + 1]]
            default = rows[0] if name in self.names.vectors else rows
        self.given[name] = self.inputs.get(name, default)
        value = tensor_call(
            literal(self.given[name], name, self.lang), leaf=name not in self.counts
        )
        target = ast.Name(name, ast.Store())
        return _placed(ast.Assign([target], value), token, token)

    def statement(self, part: list[Token]) -> ast.stmt:
        parts = _sides(part)
        self.own = safe(parts[0][0].text) if len(parts) > 1 else ""
        if self.defines(part):
            return self.definition(parts[0], parts[1])
        targets = [self.target(side) for side in parts[:-1]]
        item = self.read(parts[-1])
        return self.assignment(targets, item, part) if targets else self.alone(item, part)

    def read(self, part: list[Token]) -> Item:
        parser = Parser(part, self.names, self.lang)
        item = parser.expression()
        rest = parser.peek()
        if rest.kind != "newline":
            code = "unbalanced" if rest.text in (")", "]", "|") else "unexpected_character"
            raise parser.refuse(code, rest, bracket=rest.text, character=rest.text)
        return item

    def target(self, side: list[Token]) -> Token:
        if len(side) == 2 and side[0].kind == "name":
            return side[0]
        raise ProgramError("not_assignable", span=_span_of(side), lang=self.lang)

    def assignment(self, targets: list[Token], item: Item, part: list[Token]) -> ast.stmt:
        value = item.node
        names = [safe(target.text) for target in targets]
        override = next((name for name in names if name in self.inputs), None)
        if override is not None and (item.number or item.listed):
            value = literal(self.inputs[override], override, self.lang)
            self.given[override] = self.inputs[override]
        if item.number or item.listed:
            value = _at(tensor_call(value, leaf=True), item)
        self.names.assigned.update(target.text for target in targets)
        for target in targets:
            self.names.functions.pop(target.text, None)
        stored = [_stored(target) for target in targets]
        return _placed(ast.Assign(stored, value), part[0], part[-2])  # type: ignore[arg-type]

    def alone(self, item: Item, part: list[Token]) -> ast.stmt:
        value = item.node
        if item.number or item.listed:
            value = _at(tensor_call(value, leaf=True), item)
        return _placed(ast.Expr(value), part[0], part[-2])

    def defines(self, part: list[Token]) -> bool:
        """Whether a statement is f(x) = …."""
        sides = _sides(part)
        return len(sides) == 2 and self.is_definition(sides[0])

    def is_definition(self, side: list[Token]) -> bool:
        if len(side) < 5 or side[0].kind != "name" or side[1].text != "(":
            return False
        return side[-2].text == ")" and all(
            token.kind == ("name" if place % 2 == 0 else "sign")
            for place, token in enumerate(side[2:-2])
        )

    def definition(self, side: list[Token], body: list[Token]) -> ast.stmt:
        name, parameters = side[0].text, side[2:-2:2]
        self.names.functions[name] = len(parameters)
        self.names.local.update(token.text for token in parameters)
        item = self.read(body)
        self.names.local.clear()
        self.names.assigned.discard(name)
        value = item.node
        if item.number or item.listed:
            value = _at(tensor_call(value), item)
        given = [_placed(ast.arg(safe(token.text)), token, token) for token in parameters]
        arguments = ast.arguments(
            posonlyargs=[], args=given, kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        returned = _placed(ast.Return(value), body[0], body[-2])
        function = ast.FunctionDef(safe(name), arguments, [returned], [])
        return _placed(function, side[0], body[-2])  # type: ignore[return-value]


def _sides(part: list[Token]) -> list[list[Token]]:
    """The statement cut at its equals signs outside brackets; each side closed by a newline."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in part:
        if token.kind == "sign":
            depth += (token.text in "([") - (token.text in ")]")
        if token.text == "=" and token.kind == "sign" and depth == 0:
            found[-1].append(token._replace(kind="newline", text=""))
            found.append([])
        else:
            found[-1].append(token)
    return found


def _span_of(side: list[Token]) -> Span:
    first, last = side[0], side[-2] if len(side) > 1 else side[0]
    return Span(line=first.line, column=first.column, end_line=last.line, end_column=last.end)


def _stored(token: Token) -> ast.expr:
    return _placed(ast.Name(safe(token.text), ast.Store()), token, token)


def _at(node: ast.expr, item: Item) -> ast.expr:
    for inner in ast.walk(node):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            inner.lineno, inner.col_offset = item.start  # type: ignore[attr-defined]
            inner.end_lineno, inner.end_col_offset = item.end  # type: ignore[attr-defined]
    return node


def _placed(node: Any, first: Token, last: Token) -> Any:
    inner: Any
    for inner in ast.walk(node):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            inner.lineno, inner.col_offset = first.line, first.column
            inner.end_lineno, inner.end_col_offset = last.line, last.end
    return node


def _imports(body: list[ast.stmt], names: Names) -> list[ast.stmt]:
    functional = [
        node
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "F"
        and any(known.path == f"F.{node.attr}" for known in FUNCTIONS.values())
    ]
    found: list[ast.stmt] = [ast.Import([ast.alias("torch")])]
    if functional and ("F" in names.assigned or "F" in names.free):
        for node in functional:
            node.value = ast.copy_location(_functional(), node)
            for inner in ast.walk(node.value):
                ast.copy_location(inner, node)
    elif functional:
        found.append(ast.Import([ast.alias("torch.nn.functional", "F")]))
    first = Token("name", "", 1, 0, 0)
    return [_placed(statement, first, first) for statement in found]


def _functional() -> ast.expr:
    inner = ast.Attribute(ast.Name("torch", ast.Load()), "nn", ast.Load())
    return ast.Attribute(inner, "functional", ast.Load())
