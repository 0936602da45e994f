"""The arguments of a recorded call in; its tensors, labelled, and its plain numbers, out."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def labelled(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
    """(argument, tensor) of every tensor in a call, lists and tuples opened."""
    for position, argument in enumerate(args):
        yield from _opened(position, argument)
    for name, argument in (kwargs or {}).items():
        if name != "out":
            yield from _opened(name, argument)


def _opened(label: int | str, argument: Any) -> Any:
    if isinstance(argument, Tensor):
        yield label, argument
    elif isinstance(argument, (tuple, list)):
        for position, item in enumerate(argument):
            yield from _opened(f"{label}[{position}]", item)


def literals(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> list[Any]:
    """The plain numbers a call was given beside its tensors."""
    plain: list[Any] = [a for a in args if isinstance(a, (int, float)) and not isinstance(a, bool)]
    if kwargs and isinstance(kwargs.get("exponent", kwargs.get("other")), (int, float)):
        plain.append(kwargs.get("exponent", kwargs.get("other")))
    return plain
