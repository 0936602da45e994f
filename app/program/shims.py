"""A module that reaches the system (os, sys, pathlib, argparse …) in; what of it can be true here, out.

There are no files, no environment and no command line: paths are only text, nothing exists, arguments
take their defaults; pictures are not transformed, for there are none. Whatever else is asked of such a module is refused when it is used."""

from __future__ import annotations

import argparse
import io
import posixpath
import sys
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any, NoReturn

from app.errors import ProgramError
from app.program.frames import here
from app.program.stand_in import StandIn

#: what a program is called that came by clipboard
NAME = "program.py"
_PATHS = "join basename dirname split splitext normpath isabs relpath commonprefix sep".split()
_SYSTEM = "version version_info platform maxsize byteorder float_info int_info getsizeof getrecursionlimit implementation"


class Stream:
    """sys.stdout: what is written is printed."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show

    def write(self, text: str) -> int:
        """Print it, without a line end."""
        self._show(text, end="")
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        """Nobody types."""
        return False


class NoFile(PurePosixPath):
    """A path that leads nowhere."""

    def exists(self) -> bool:
        """Never."""
        return False

    is_file = is_dir = exists

    def mkdir(self, *_: Any, **__: Any) -> None:
        """Nothing to keep in it."""

    def resolve(self, *_: Any) -> NoFile:
        """Itself."""
        return self

    absolute = expanduser = resolve

    def glob(self, _: str) -> Iterator[NoFile]:
        """No files."""
        return iter(())

    iterdir = rglob = glob  # type: ignore[assignment]

    @classmethod
    def cwd(cls) -> NoFile:
        """Nowhere in particular."""
        return cls(".")

    home = cwd

    def open(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise ProgramError("forbidden_call", span=here(), name="open")

    read_text = write_text = read_bytes = write_bytes = unlink = open


def _never(*_: Any, **__: Any) -> bool:
    return False


def _nothing(*_: Any, **__: Any) -> None:
    return None


def shim(root: str, lang: str, show: Callable[..., None]) -> ModuleType | None:
    """The module in its stead; None where there is none."""
    makes = {"os": _os, "sys": _sys, "pathlib": _pathlib, "argparse": _argparse}
    makes |= {"io": _io, "gc": _gc, "glob": _glob, "torchvision": _torchvision}
    if root not in makes:
        return None
    code = "missing_package" if root == "torchvision" else "forbidden_import"
    module = StandIn(root, code, lang)
    module.__dict__.update(makes[root](lang, show))
    return module


def _os(lang: str, _: Callable[..., None]) -> dict[str, Any]:
    path = StandIn("os.path", "forbidden_import", lang)
    path.__dict__.update({name: getattr(posixpath, name) for name in _PATHS})
    path.__dict__.update(dict.fromkeys(("exists", "isfile", "isdir"), _never))
    path.__dict__.update(dict.fromkeys(("abspath", "expanduser", "realpath"), posixpath.normpath))
    environ: dict[str, str] = {}
    return {
        "path": path,
        "environ": environ,
        "getenv": environ.get,
        "cpu_count": lambda: 1,
        "getcwd": lambda: ".",
        "sep": "/",
        "linesep": "\n",
        "name": "posix",
        "makedirs": _nothing,
        "mkdir": _nothing,
        "fspath": str,
    }


def _sys(_: str, show: Callable[..., None]) -> dict[str, Any]:
    own: dict[str, Any] = {name: getattr(sys, name) for name in _SYSTEM.split()}
    stream = Stream(show)
    return own | {"argv": [NAME], "path": [], "exit": sys.exit, "stdout": stream, "stderr": stream}


def _pathlib(_: str, __: Callable[..., None]) -> dict[str, Any]:
    return dict.fromkeys(("Path", "PosixPath"), NoFile) | {"PurePath": PurePosixPath}


def _argparse(lang: str, show: Callable[..., None]) -> dict[str, Any]:
    class Parser(argparse.ArgumentParser):
        """Reads a command line on which nothing stands."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **({"prog": NAME} | named))

        def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
            return super().parse_known_args([] if args is None else args, namespace)

        def error(self, message: str) -> NoReturn:
            raise ProgramError("missing_argument", span=here(), lang=lang, text=message)

        def _print_message(self, message: str, file: Any = None) -> None:
            show(message, end="")

    public = {name: getattr(argparse, name) for name in argparse.__all__}
    return public | {"ArgumentParser": Parser}


def _io(_: str, __: Callable[..., None]) -> dict[str, Any]:
    return {"StringIO": io.StringIO, "BytesIO": io.BytesIO}


def _gc(_: str, __: Callable[..., None]) -> dict[str, Any]:
    return {"collect": lambda *_: 0, "enable": _nothing, "disable": _nothing}


def _glob(_: str, __: Callable[..., None]) -> dict[str, Any]:
    return {"glob": lambda *_, **__: [], "iglob": lambda *_, **__: iter(())}


def _torchvision(lang: str, _: Callable[..., None]) -> dict[str, Any]:
    transforms = Recipes("torchvision.transforms", "missing_package", lang)
    transforms.__dict__["v2"] = transforms
    transforms.__dict__["functional"] = StandIn("torchvision", "missing_package", lang)
    utils = StandIn("torchvision.utils", "missing_package", lang)
    utils.__dict__.update({"make_grid": grid_of, "save_image": _nothing})
    return {"transforms": transforms, "utils": utils, "__version__": "0"}


class Recipes(StandIn):
    """torchvision.transforms: each can be made and composed, none can be applied."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path, code, lang = self.__dict__["_gradreel"]
        return lambda *_, **__: StandIn(f"{path}.{name}", code, lang)


def grid_of(pictures: Any, nrow: int = 8, padding: int = 2, **_: Any) -> Any:
    """torchvision.utils.make_grid: pictures side by side, rows of `nrow`, black between them."""
    torch: Any = sys.modules["torch"]  # a worker has it; the server never comes here
    given = torch.stack(list(pictures)) if isinstance(pictures, (list, tuple)) else pictures
    given = given.expand(-1, 3, -1, -1) if given.shape[1] == 1 else given
    framed = torch.nn.functional.pad(given, (padding, 0, padding, 0))
    rows = [torch.cat(list(row), dim=2) for row in framed.split(nrow)]
    wide = max(row.shape[2] for row in rows)
    fill = torch.nn.functional.pad
    grid = torch.cat([fill(row, (0, wide - row.shape[2])) for row in rows], dim=1)
    return fill(grid, (0, padding, 0, padding))
