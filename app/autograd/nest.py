"""Enter, iteration and exit events in; the tree of scopes out."""

from __future__ import annotations

from typing import Any

from torch import nn

from app.autograd.drafts import ScopeDraft
from app.autograd.events import Enter


def modules_of(variables: dict[str, Any]) -> dict[int, str]:
    """id(module) → its path from the variable that holds it."""
    paths: dict[int, str] = {}
    for name, value in variables.items():
        if isinstance(value, nn.Module) and not name.startswith("_"):
            for inner, module in value.named_modules():
                paths.setdefault(id(module), f"{name}.{inner}" if inner else name)
    return paths


class Nest:
    """The scopes open now, innermost last."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.paths = modules_of(variables)
        self.scopes: list[ScopeDraft] = []
        self.stack: list[int] = []

    @property
    def innermost(self) -> int | None:
        """Index of the scope a node made now belongs to."""
        return self.stack[-1] if self.stack else None

    def enter(self, event: Enter) -> None:
        """Open a scope."""
        path = name = event.name
        if event.kind == "module":
            path = self.paths.get(id(event.key)) or event.name
            name = path.rpartition(".")[2] if id(event.key) in self.paths else event.name
        self._push(event.kind, name, path, event.type, event.key)

    def iterate(self, key: object, number: int) -> None:
        """Begin iteration `number` of the loop `key`."""
        loop = self._find(key)
        if loop is None:
            return
        del self.stack[self.stack.index(loop) + 1 :]
        scope = self.scopes[loop]
        scope.iterations = number
        self._push(
            "loop", str(scope.iterations), f"{scope.path}[{scope.iterations}]", "iteration", None
        )

    def exit(self, key: object) -> None:
        """Close the scope `key` and everything left open inside it."""
        index = self._find(key)
        if index is not None:
            del self.stack[self.stack.index(index) :]

    def _find(self, key: object) -> int | None:
        for index in reversed(self.stack):
            found = self.scopes[index].key
            if found is key or (isinstance(key, str) and found == key):
                return index
        return None

    def _push(self, kind: str, name: str, path: str, type_: str, key: object) -> None:
        index = len(self.scopes)
        self.scopes.append(ScopeDraft(index, self.innermost, kind, name, path, type_, key))
        self.stack.append(index)
