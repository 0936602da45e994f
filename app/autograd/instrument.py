"""A program's syntax tree in; the same tree with loop and call markers, and its names, out."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any, NamedTuple, cast

from app.graph import Span

#: names the markers call; set in the user's globals by the runner
ENTER, EXIT, ITERATION = "__gradreel_enter__", "__gradreel_exit__", "__gradreel_iteration__"
#: the variable that receives a notebook-style last expression
LAST = "_"

Place = tuple[int, int, int, int]


def place_of(node: ast.AST) -> Place:
    """(line, column, end line, end column) of a syntax node."""
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


@cache
def span_of(place: Place) -> Span:
    """The same as a Span."""
    return Span(line=place[0], column=place[1], end_line=place[2], end_column=place[3])


class Target(NamedTuple):
    """A variable an expression is assigned to, and where the target stands."""

    name: str
    place: Place
    position: int | None


class Names(NamedTuple):
    """What the source calls things.

    `targets`: place of an assigned expression → its targets. `operands`: place of an operation →
    source text of its receiver and of its operands, where they are plain names. `bound`: name → places where it is assigned
    at the top level, in order."""

    targets: dict[Place, list[Target]]
    operands: dict[Place, tuple[str | None, list[str | None]]]
    bound: dict[str, list[Place]]


def names_of(tree: ast.Module) -> Names:
    """Collect the names of a tree."""
    names = Names({}, {}, {})
    for found in ast.walk(tree):
        node: Any = found
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(names, target, node.value)
        elif (isinstance(node, ast.AnnAssign) and node.value) or isinstance(node, ast.NamedExpr):
            _bind(names, node.target, cast("ast.expr", node.value))
        elif isinstance(node, ast.AugAssign):
            _bind_update(names, node)
        elif isinstance(node, ast.BinOp):
            names.operands[place_of(node)] = (None, [_text(node.left), _text(node.right)])
        elif isinstance(node, ast.Call):
            names.operands[place_of(node)] = _call_operands(node)
    for statement in tree.body:
        for target in _top_targets(statement):
            names.bound.setdefault(target.id, []).append(place_of(target))
    return names


def _bind(names: Names, target: ast.expr, value: ast.expr) -> None:
    found = names.targets.setdefault(place_of(value), [])
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for part, item in zip(target.elts, value.elts, strict=True):
                _bind(names, part, item)
            return
        for position, part in enumerate(_flattened(target)):
            if (text := _text(part)) is not None:
                found.append(Target(text, place_of(part), position))
    elif (text := _text(target)) is not None:
        found.append(Target(text, place_of(target), None))
    elif isinstance(target, ast.Subscript) and (text := _text(target.value)) is not None:
        names.targets[place_of(target)] = [Target(text, place_of(target), None)]


def _flattened(target: ast.expr) -> list[ast.expr]:
    """o, (h, c) → o, h, c: outputs are numbered like that."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return [target]
    return [inner for part in target.elts for inner in _flattened(part)]


def _bind_update(names: Names, node: ast.AugAssign) -> None:
    target = node.target.value if isinstance(node.target, ast.Subscript) else node.target
    names.operands[place_of(node)] = (None, [_text(node.target), _text(node.value)])
    if (text := _text(target)) is not None:
        for place in (place_of(node), place_of(node.target)):
            names.targets[place] = [Target(text, place_of(node.target), None)]


def _call_operands(node: ast.Call) -> tuple[str | None, list[str | None]]:
    receiver = _text(node.func.value) if isinstance(node.func, ast.Attribute) else None
    return receiver, [_text(argument) for argument in node.args]


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _text(node.value)) is not None:
        return f"{base}.{node.attr}"
    return None


def _top_targets(statement: ast.stmt) -> list[ast.Name]:
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [
            name
            for target in targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        ]
    found = []
    for block in ("body", "orelse", "finalbody"):
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            for inner in getattr(statement, block, []):
                found += _top_targets(inner)
    return found


def keep_last(tree: ast.Module) -> bool:
    """Turn a notebook-style last expression into an assignment; whether there was one."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return False
    last = tree.body[-1]
    if isinstance(last.value, ast.Constant):
        return False
    name = ast.copy_location(ast.Name(LAST, ast.Store()), last.value)
    tree.body[-1] = ast.copy_location(ast.Assign([name], last.value), last)
    return True


class Markers(ast.NodeTransformer):
    """Marks where loops begin, iterate and end, and where plain functions begin and end."""

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        """for → enter; for …: iteration; body; → exit"""
        return self._loop(node, ast.unparse(node.target))

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        """while, likewise."""
        return self._loop(node, "while")

    def _loop(self, node: ast.For | ast.While, name: str) -> list[ast.stmt]:
        self.generic_visit(node)
        key = f"{node.lineno}:{node.col_offset}"
        node.body = [_call(node, ITERATION, key), *node.body]
        return [_call(node, ENTER, "loop", key, name[:40]), node, _call(node, EXIT, key)]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """def f → enter; try: body; finally: exit"""
        self.generic_visit(node)
        if not node.body or _yields(node) or node.decorator_list or _is_method(node):
            return node
        key = f"{node.lineno}:{node.col_offset}"
        start = 1 if ast.get_docstring(node) is not None else 0
        body = node.body[start:]
        if not body:
            return node
        closing = ast.Try(body, [], [], [_call(body[-1], EXIT, key)])
        enter = _call(body[0], ENTER, "function", key, node.name)
        node.body = [*node.body[:start], enter, ast.copy_location(closing, body[0])]
        return node


def _is_method(node: ast.FunctionDef) -> bool:
    first = (node.args.posonlyargs + node.args.args)[:1]
    return bool(first) and first[0].arg in ("self", "cls", "ctx")


def _yields(node: ast.FunctionDef) -> bool:
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node))


def _call(place: ast.AST, name: str, *words: str) -> ast.stmt:
    call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(word) for word in words], [])
    statement = ast.copy_location(ast.Expr(call), place)
    for inner in ast.walk(statement):
        ast.copy_location(inner, place)
    return statement
