"""Nothing in; the Program value every later stage reads, out."""

from __future__ import annotations

from typing import Literal

from app.graph import Diagnostic, Nested, Struct

#: what the compiled program is called in tracebacks
FILENAME = "<program>"


class Program(Struct, frozen=True, kw_only=True):
    """A readable program. `source` is what was pasted, `code` the torch text that really runs;
    `inputs` are free variables with the values they got, and the values the user set."""

    language: Literal["torch", "math"]
    source: str
    code: str
    inputs: dict[str, Nested] = {}
    notes: list[Diagnostic] = []
