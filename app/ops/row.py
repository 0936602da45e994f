"""One op's mathematics: what a row of the table says, and how a call's arguments find its letters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

Category = Literal[
    "arithmetic",
    "powers",
    "exponential",
    "trigonometry",
    "special",
    "activation",
    "reduction",
    "norm",
    "choice",
    "shape",
    "indexing",
    "matrix",
    "convolution",
    "pooling",
    "normalisation",
    "softmax",
    "loss",
    "embedding",
    "dropout",
    "linear algebra",
    "cumulative",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One op. Formulas are texts of `app/ops/formula.py`: `y` is the output, `g` the upstream
    gradient, other names are those of `takes`.

    `takes` lists a call's arguments in torch's order, `name=default` or `name|keyword`.
    `local[a]` is the elementwise derivative ∂y/∂a: the contribution is g · local, summed to a's
    shape. `vjp[a]` is the contribution itself, for ops that mix elements.
    `let` names parts of the formulas. `kinks` says where the derivative jumps and what torch
    takes there. `doc` is the function's name in torch's documentation.
    """

    op: str
    category: Category
    takes: str
    value: str
    local: Mapping[str, str] = dataclasses.field(default_factory=dict)
    vjp: Mapping[str, str] = dataclasses.field(default_factory=dict)
    let: Mapping[str, str] = dataclasses.field(default_factory=dict)
    kinks: str = ""
    doc: str = ""

    @property
    def is_elementwise(self) -> bool:
        """Whether each output element depends on one element of each argument."""
        return bool(self.local)

    @property
    def parameters(self) -> list[tuple[str, str, str | None]]:
        """(letter, keyword, default text or None) of every argument."""
        found = []
        for part in self.takes.split():
            name, _, default = part.partition("=")
            letter, _, keyword = name.partition("|")
            found.append((letter, keyword or letter, default or None))
        return found

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
        """Letters → arguments of a call, defaults filled in. Raises KeyError for a keyword (or a
        position) the row does not know."""
        bound: dict[str, Any] = {}
        parameters = self.parameters
        if parameters and parameters[-1][0].startswith("*"):
            return self._bind_rest(args, kwargs)
        for (letter, _, _), value in zip(parameters, args, strict=False):
            bound[letter] = value
        if len(args) > len(parameters):
            raise KeyError(f"{self.op} takes {len(parameters)}")
        by_keyword = {keyword: letter for letter, keyword, _ in parameters}
        for position, keyword in enumerate(("input", "other")):
            if position < len(parameters):
                by_keyword.setdefault(keyword, parameters[position][0])
        for keyword, value in (kwargs or {}).items():
            bound[by_keyword[keyword]] = value
        for letter, _, default in parameters:
            if letter not in bound and default is not None:
                bound[letter] = DEFAULTS[default] if default in DEFAULTS else _literal(default)
        return bound

    def _bind_rest(self, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
        """`x *sizes`: the last letter takes all that is left, one tuple opened."""
        letters = [letter for letter, _, _ in self.parameters]
        rest = args[len(letters) - 1 :]
        if len(rest) == 1 and isinstance(rest[0], (tuple, list)):
            rest = tuple(rest[0])
        bound = dict(zip(letters[:-1], args, strict=False))
        bound[letters[-1][1:]] = tuple(rest)
        for keyword, value in (kwargs or {}).items():
            bound[letters[-1][1:]] = value if isinstance(value, tuple) else tuple(value)
            del keyword
        return bound

    def argument_of(self, position: int | str) -> str | None:
        """The letter of a call's argument, by position or keyword; None where it has none."""
        parameters = self.parameters
        if isinstance(position, int):
            return parameters[position][0].lstrip("*") if position < len(parameters) else None
        for number, (letter, keyword, _) in enumerate(parameters):
            if position in (letter, keyword) or ("input", "other")[number : number + 1] == (
                position,
            ):
                return letter
        return None


DEFAULTS: dict[str, Any] = {"None": None, "True": True, "False": False}


def _literal(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
