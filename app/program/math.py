"""Plain mathematics in; the torch program it stands for, placed at the mathematics, out."""

from __future__ import annotations

import ast
from typing import Any

from app.errors import ProgramError
from app.graph import Nested
from app.program.parser import Parser
from app.program.program import Program
from app.program.tokens import Token
from app.protocol import Job

#: what unassigned names are given, in order: small, distinct, no two alike
DEFAULTS = (0.5, -1.2, 2.0, 0.8, -0.3, 1.5, 3.0, -2.0, 0.1, 0.7)


def read_math(job: Job) -> Program:
    """Parse and translate; raises ProgramError with the exact place."""
    tree, inputs = translate(job.source, job.inputs, job.options.lang)
    return Program(
        language="math",
        source=job.source,
        code=ast.unparse(tree),
        cleaned=job.source,
        places=[],
        inputs=inputs,
    )


def tree_of_math(program: Program) -> ast.Module:
    """The tree of a mathematics Program, placed in the coordinates of its source."""
    return translate(program.source, program.inputs, "en")[0]


def translate(
    source: str, given: dict[str, Nested], lang: str
) -> tuple[ast.Module, dict[str, Nested]]:
    """(module, values of the free variables and of overridden literals)."""
    parser = Parser(source, lang)
    try:
        statements = parser.statements()
    except RecursionError:
        raise ProgramError("too_deep", lang=lang) from None
    if not statements:
        raise ProgramError("empty_program", lang=lang)
    statements = _literals_first(statements, parser)
    inputs = _defaults(parser.free, given)
    names = [t for t, _ in statements if isinstance(t, str) and t]
    for name in given:
        if name not in parser.free and name not in names:
            raise ProgramError(
                "unknown_input", lang=lang, name=name, near=", ".join(names[:3]) or "—"
            )
    body = _imports(parser.modules)
    body += [_leaf(name, inputs[name], token) for name, token in parser.free.items()]
    seen: set[str] = set()
    for target, value in statements:
        key = str(target)
        body.append(_statement(target, value, given if key not in seen else {}))
        seen.add(key)
    overridden = {name: given[name] for name in given if name in names}
    tree = ast.Module(body, [])
    ast.fix_missing_locations(tree)
    return tree, inputs | overridden


def _literals_first(statements: list[Any], parser: Parser) -> list[Any]:
    """`L = 2a` then `a = 3`: a definition by a number counts from the top."""
    late = [s for s in statements if s[0] in list(parser.free) and _literal(s[1]) is not None]
    for target, _ in late:
        parser.free.pop(target, None)
    return late + [s for s in statements if not any(s is other for other in late)]


def _defaults(free: dict[str, Token], given: dict[str, Nested]) -> dict[str, Nested]:
    return {
        name: given.get(name, DEFAULTS[k % len(DEFAULTS)] + k // len(DEFAULTS))
        for k, name in enumerate(free)
    }


def _imports(modules: set[str]) -> list[ast.stmt]:
    lines = ["import math"] if "math" in modules else []
    lines.append("import torch")
    if "F" in modules:
        lines.append("import torch.nn.functional as F")
    return ast.parse("\n".join(lines)).body


def _leaf(name: str, value: Nested, token: Token) -> ast.stmt:
    """name = torch.tensor(value, requires_grad=True), at the name's first use."""
    content = _literal_tree(value)
    return _assign(name, _tensor(content), token.line, token.column, token.line, token.end)


def _literal_tree(value: Any) -> ast.expr:
    return ast.parse(repr(_floats(value)), mode="eval").body


def _floats(value: Any) -> Any:
    return [_floats(item) for item in value] if isinstance(value, (list, tuple)) else float(value)


def _tensor(content: ast.expr) -> ast.Call:
    tensor = ast.Attribute(ast.Name("torch", ast.Load()), "tensor", ast.Load())
    return ast.Call(tensor, [content], [ast.keyword("requires_grad", ast.Constant(True))])


def _assign(
    name: str, value: ast.expr, line: int, column: int, end_line: int, end: int
) -> ast.stmt:
    statement = ast.Assign([ast.Name(name, ast.Store())], value)
    for node in ast.walk(statement):
        node.lineno, node.col_offset = line, column  # type: ignore[attr-defined]
        node.end_lineno, node.end_col_offset = end_line, end  # type: ignore[attr-defined]
    return statement


def _statement(target: Any, value: Any, given: dict[str, Nested]) -> ast.stmt:
    if isinstance(target, list):
        return _function(target[0], target[1:], _made(value))
    place = (value.lineno, value.col_offset, value.end_lineno, value.end_col_offset)
    literal = _literal(value)
    if target and (literal is not None or target in given):
        content = given.get(target, literal)
        return _assign(target, _tensor(_literal_tree(content)), *place)
    value = _made(value)
    if not target:
        statement: ast.stmt = ast.Expr(value)
    else:
        name = ast.Name(target, ast.Store(), lineno=place[0], col_offset=max(place[1] - 1, 0))
        name.end_lineno, name.end_col_offset = place[0], place[1]
        statement = ast.Assign([name], value)
    return ast.copy_location(statement, value)


def _function(name: str, parameters: list[str], value: ast.expr) -> ast.stmt:
    arguments = ast.arguments([], [ast.arg(p) for p in parameters], None, [], [], None, [])
    body: list[ast.stmt] = [ast.copy_location(ast.Return(value), value)]
    function = ast.FunctionDef(name, arguments, body, [], None, type_params=[])
    return ast.copy_location(function, value)


def _literal(value: ast.expr) -> Any:
    """The numbers of a literal (2.2, -1, [1, 2]), or None where it is an expression."""
    if isinstance(value, ast.Constant):
        return value.value
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        inner = _literal(value.operand)
        return None if inner is None or isinstance(inner, list) else -inner
    if isinstance(value, ast.List):
        items = [_literal(item) for item in value.elts]
        return None if any(item is None for item in items) else items
    return None


class _Made(ast.NodeTransformer):
    """Lists inside expressions become tensors: of numbers, or stacked from expressions."""

    def visit_List(self, node: ast.List) -> ast.expr:
        """[1, x] → torch.stack([torch.tensor(1.0), x])"""
        literal = _literal(node)
        if literal is not None:
            call: ast.expr = _tensor(_literal_tree(literal))
            assert isinstance(call, ast.Call)
            call.keywords = []
        else:
            items = [self._item(item) for item in node.elts]
            stack = ast.Attribute(ast.Name("torch", ast.Load()), "stack", ast.Load())
            call = ast.Call(stack, [ast.List(items, ast.Load())], [])
        for inner in ast.walk(call):
            if not hasattr(inner, "lineno"):
                ast.copy_location(inner, node)
        return ast.copy_location(call, node)

    def _item(self, item: ast.expr) -> ast.expr:
        number = _literal(item)
        if number is None:
            return self.visit(item)  # type: ignore[no-any-return]
        call = _tensor(_literal_tree(number))
        call.keywords = []
        return call


def _made(value: ast.expr) -> ast.expr:
    made: ast.expr = _Made().visit(value)
    return made
