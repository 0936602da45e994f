"""What a program imports, in; the real module, or a stand-in that fails only when used, out."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import ModuleType
from typing import Any

from app.graph import Span
from app.program.frames import here
from app.program.packages import ABSENT, ALLOWED, DRAWING, DRAWING_PATHS, FORBIDDEN
from app.program.shims import shim
from app.program.stand_in import Bars, Drawing, StandIn
from app.words import say

#: imported ahead by the zygote: a confined worker cannot open files
PREIMPORTED = (
    *sorted(ALLOWED - {"torch", "typing_extensions"}),
    "typing_extensions", "torch", "torch.nn", "torch.nn.functional", "torch.nn.init",
    "torch.nn.utils", "torch.nn.utils.rnn", "torch.nn.utils.parametrizations",
    "torch.nn.utils.parametrize", "torch.nn.parameter", "torch.nn.attention", "torch.optim",
    "torch.optim.lr_scheduler", "torch.func", "torch.autograd", "torch.autograd.functional",
    "torch.autograd.forward_ad", "torch.autograd.gradcheck", "torch.utils.data",
    "torch.utils.checkpoint", "torch.linalg", "torch.fft", "torch.special", "torch.distributions",
    "torch.amp", "torch.sparse", "torch.signal", "numpy.linalg", "numpy.random", "numpy.fft",
    "collections.abc",
)  # fmt: skip

#: what is said where a module is there only in part
NOTES = dict.fromkeys(("os", "pathlib"), "note.no_system") | {"argparse": "note.no_command_line"}

Importer = Callable[..., ModuleType]


def importer(
    note: Callable[[str, Span | None], None], lang: str = "en", show: Callable[..., None] = print
) -> Importer:
    """A replacement for `__import__`; `note` hears of swallowed drawing calls and of arguments that
    take their defaults, `show` prints."""
    real = builtins.__import__
    said: set[str] = set()

    def say_once(root: str, key: str = "note.drawing_ignored") -> None:
        if root not in said:
            said.add(root)
            note(say(key, lang, name=root), here())

    def load(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        root = name.split(".")[0]
        if root in DRAWING or name.startswith(DRAWING_PATHS):
            return Drawing(name if fromlist else root, lambda: say_once(root))
        if level or root in ALLOWED:
            return real(name, globals, locals, fromlist or (), level)
        if (module := shim(root, lang, show)) is not None:
            if root in NOTES:
                say_once(root, NOTES[root])
            inner = name.split(".")[1:] if fromlist else []
            return reduce(getattr, inner, module)
        if root == "tqdm":
            return Bars("tqdm")
        code = "forbidden_import" if root in FORBIDDEN else ABSENT.get(root, "missing_package")
        return StandIn(name if fromlist else root, code, lang)

    return load
