"""Autograd nodes and one function in; the nodes hooked, and what takes the hooks away again, out.

torch gives every hook a handle, a weak reference and an ordered dictionary of its own. A run hooks
each of perhaps 100,000 nodes, where those are half of what recording backward costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch.autograd.function import _HookMixin

from app.autograd.replaced import replaced

#: under which a node's dictionary holds our hook; those of handles are numbers
OURS = "gradreel"


class Hooks(dict[Any, Any]):
    """A node's dictionary of hooks, begun by us; handles of the program's own refer to it weakly."""

    __slots__ = ("__weakref__",)

    def remove(self) -> None:
        """Take our hook away, as a handle does."""
        self.pop(OURS, None)


def hook_all(nodes: Iterable[Any], hook: Callable[[Any, Any], None]) -> list[Any]:
    """Have `hook` called with (gradients sent, gradients held) after each of the nodes; returns what
    to `remove` afterwards."""
    original = _HookMixin._register_hook

    def register(hooks: Any, given: Any) -> tuple[Any, Any]:
        if given is not hook or not (hooks is None or type(hooks) is Hooks):
            return original(hooks, given)  # type: ignore[no-any-return]
        ours = Hooks() if hooks is None else hooks
        ours[OURS] = hook
        return ours, ours

    with replaced(_HookMixin, "_register_hook", staticmethod(register)):
        return [node.register_hook(hook) for node in nodes]
