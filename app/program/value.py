"""Nothing in; the Program value every later stage reads, out."""

from __future__ import annotations

from typing import Literal

from app.graph import Diagnostic, Nested, Part, Span, Struct
from app.program.copies import home

#: what the compiled program is called in tracebacks
FILENAME = "<program>"


class Program(Struct, frozen=True, kw_only=True):
    """A readable program. `source` is what was pasted, `code` the torch text that really runs;
    `inputs` are free variables with the values they got, and the values the user set; `parts` what
    a network's form shows, and `places` where each line of its code comes from."""

    language: Literal["torch", "math", "latex", "network"]
    source: str
    code: str
    inputs: dict[str, Nested] = {}
    notes: list[Diagnostic] = []
    parts: list[Part] = []
    places: list[Span] = []

    def at(self, span: Span) -> Span:
        """A place in the code that runs, as the place in the source it was written for."""
        if self.language == "latex":
            return home(span)
        return self.places[span.line - 1] if self.places else span
