"""What happens while a program runs, one type per kind of event; and where in the source it did."""

from __future__ import annotations

from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

from torch import Tensor

from app.graph import Span


class Op(NamedTuple):
    """One call. `code` and `lasti` are where in the user's program; `depth` counts library frames
    between; `content` holds the elements of a small output, `grad_fn` the output's autograd node;
    `read` the autograd nodes its operands had then, by id, where in-place ops give them others."""

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any] | None
    out: Any
    code: CodeType
    lasti: int
    depth: int
    content: Any
    grad_fn: Any
    failed: bool = False
    read: dict[int, Any] | None = None


class Enter(NamedTuple):
    """A scope begins: a module call, a function call, a loop (key: its place in the source)."""

    kind: str
    key: object
    name: str
    type: str


class Iteration(NamedTuple):
    """A loop's body begins again, for the `number`-th time."""

    key: object
    number: int


class Exit(NamedTuple):
    """The innermost scope of this key ends."""

    key: object


class Hooked(NamedTuple):
    """The user registered a gradient hook on a tensor, at this place."""

    tensor: Tensor
    code: CodeType
    lasti: int


class Relaid(NamedTuple):
    """The next op gives this tensor another shape in place: its layout until now."""

    tensor: Tensor
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int


class Replaced(NamedTuple):
    """The next op gives this tensor other memory: an alias of what it was until now."""

    tensor: Tensor
    alias: Tensor


class Look(NamedTuple):
    """What a leaf's .grad held just before something happened, and where it lay in memory."""

    leaf: Tensor
    kept: Any
    pointer: int | None


class Looked(NamedTuple):
    """The program is about to overwrite leaves itself."""

    looks: list[Look]


class Assigned(NamedTuple):
    """The program gave a tensor another .grad."""

    tensor: Tensor
    code: CodeType
    lasti: int


class Clipped(NamedTuple):
    """Gradients made smaller all at once by one of torch's functions: the parameters they belong to,
    what they held before, the norm it answered (if it does), its limit and the factor it used."""

    name: str
    looks: list[Look]
    total: Any
    limit: float
    factor: float | None
    place: Any


class Answered(NamedTuple):
    """torch.autograd.grad returned these tensors, made by recorded ops, at this place."""

    tensors: tuple[Any, ...]
    code: CodeType
    lasti: int


@lru_cache(maxsize=4096)
def span_at(code: CodeType, lasti: int) -> Span | None:
    """The exact source range of one bytecode instruction (PEP 657), or None."""
    for index, (line, end_line, column, end_column) in enumerate(code.co_positions()):
        if index == lasti // 2:
            if line is None or end_line is None or column is None or end_column is None:
                return None
            return Span(line=line, column=column, end_line=end_line, end_column=end_column)
    return None
