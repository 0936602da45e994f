"""A tree with Python's byte columns in; the same tree in columns of the pasted text, out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.graph import Span
from app.program.paste import Paste


def nodes_with_depth(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Every node and how deep it stands, without recursion."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def depth_of(tree: ast.AST) -> int:
    """The longest way from the root to a leaf, in nodes."""
    return max(depth for _, depth in nodes_with_depth(tree))


def place_in_paste(tree: ast.Module, pasted: Paste) -> ast.Module:
    """Change every position from utf-8 bytes of the cleaned text to characters of the pasted."""
    columns = _Columns(pasted)
    for node, _ in nodes_with_depth(tree):
        if hasattr(node, "col_offset"):
            node.col_offset = columns.of(node.lineno, node.col_offset)  # type: ignore[attr-defined]
            if node.end_lineno is not None:  # type: ignore[attr-defined]
                node.end_col_offset = columns.of(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return tree


def span_of(node: ast.AST) -> Span:
    """Where a node stands."""
    return Span(
        line=node.lineno,  # type: ignore[attr-defined]
        column=node.col_offset,  # type: ignore[attr-defined]
        end_line=node.end_lineno,  # type: ignore[attr-defined]
        end_column=node.end_col_offset,  # type: ignore[attr-defined]
    )


class _Columns:
    """Byte column → character column → pasted column, line by line."""

    def __init__(self, pasted: Paste) -> None:
        self.pasted = pasted
        self.characters: dict[int, list[int]] = {}

    def of(self, line: int, byte: int) -> int:
        return self.pasted.column(line, self._character(line, byte))

    def _character(self, line: int, byte: int) -> int:
        if not 1 <= line <= len(self.pasted.lines):
            return byte
        text = self.pasted.lines[line - 1].text
        if text.isascii():
            return byte
        if line not in self.characters:
            self.characters[line] = [
                place
                for place, letter in enumerate(text)
                for _ in letter.encode("utf-8", "replace")
            ]
        found = self.characters[line]
        return found[byte] if byte < len(found) else len(text)
