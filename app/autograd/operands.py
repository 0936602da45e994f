"""The arguments of a recorded call in; its tensors, labelled, and its plain numbers, out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor


def labelled(
    args: tuple[Any, ...], kwargs: dict[str, Any] | None
) -> list[tuple[int | str, Tensor]]:
    """(argument, tensor) of every tensor in a call, lists and tuples opened."""
    found: list[tuple[int | str, Tensor]] = []
    for position, argument in enumerate(args):
        _open(position, argument, found)
    for name, argument in (kwargs or {}).items():
        if name != "out":
            _open(name, argument, found)
    return found


def _open(label: int | str, argument: Any, found: list[tuple[int | str, Tensor]]) -> None:
    if isinstance(argument, Tensor):
        found.append((label, argument))
    elif isinstance(argument, (tuple, list)):
        for position, item in enumerate(argument):
            _open(f"{label}[{position}]", item, found)


def is_in_place(name: str, kwargs: dict[str, Any] | None) -> bool:
    """Whether a call of this name overwrites its first argument."""
    if name[-1] == "_":
        return name[-2:] != "__" or name == "__setitem__" or name[:3] == "__i"
    return bool(kwargs and kwargs.get("inplace"))


def node_of(args: tuple[Any, ...]) -> Any:
    """The autograd node of a tensor about to be overwritten; a view is given another anyway."""
    first = args[0] if args else None
    return first.grad_fn if isinstance(first, Tensor) and not first._is_view() else None


def has_tensor(items: Any) -> bool:
    """Whether a tuple or list holds a tensor."""
    return any(isinstance(item, Tensor) for item in items)


def nodes_read(
    args: tuple[Any, ...], kwargs: dict[str, Any] | None, out: Any, overwritten: Any
) -> dict[int, Any]:
    """id → autograd node of every tensor a differentiable call read: what it overwrote had
    `overwritten`.

    A call that is not differentiable asks no view for its node, and neither may we: it would be
    made earlier than in a bare run, and the engine's order with it."""
    outputs = out if isinstance(out, (tuple, list)) else [args[0] if out is None else out]
    if not any(isinstance(t, Tensor) and t.requires_grad for t in outputs):
        return {}
    return {
        id(t): t.grad_fn if all(t is not one for one in outputs) else overwritten
        for _, t in labelled(args, kwargs)
        if t.requires_grad
    }


def literals(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Sequence[Any]:
    """The plain numbers a call was given beside its tensors."""
    plain: list[Any] = [a for a in args if isinstance(a, (int, float)) and not isinstance(a, bool)]
    if kwargs and isinstance(kwargs.get("exponent", kwargs.get("other")), (int, float)):
        plain.append(kwargs.get("exponent", kwargs.get("other")))
    return plain or ()
