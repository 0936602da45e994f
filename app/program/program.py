"""The Program: what was pasted, what really runs, and where each of its characters came from."""

from __future__ import annotations

import ast

from app.graph import Diagnostic, Nested, Struct

#: what compiled programs are called in tracebacks
FILENAME = "<program>"


class Program(Struct, kw_only=True):
    """A program ready to compile.

    `source` is the text as pasted, `code` the torch code that runs; `places` maps each line of the
    cleaned text to its (line, first column) in `source`; `inputs` are the free variables' values."""

    language: str
    source: str
    code: str
    cleaned: str
    places: list[tuple[int, int]]
    inputs: dict[str, Nested] = {}
    notes: list[Diagnostic] = []


def relocate(tree: ast.AST, cleaned: str, places: list[tuple[int, int]]) -> None:
    """Move every node from byte columns of the cleaned text to character columns of the source."""
    lines = cleaned.split("\n")

    def moved(line: int, column: int) -> tuple[int, int]:
        text = lines[line - 1] if line <= len(lines) else ""
        characters = len(text.encode()[:column].decode("utf-8", "ignore"))
        place = places[line - 1] if line <= len(places) else (line, 0)
        return place[0], place[1] + characters

    for node in ast.walk(tree):
        if isinstance(
            node, (ast.expr, ast.stmt, ast.excepthandler, ast.arg, ast.keyword, ast.alias)
        ):
            node.lineno, node.col_offset = moved(node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                end = moved(node.end_lineno, node.end_col_offset)
                node.end_lineno, node.end_col_offset = end
