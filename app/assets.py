"""The name of a shipped file in; its path in a checkout or an installed wheel out."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@cache
def _root() -> Path:
    """A wheel carries templates, static and examples in app/_web; a checkout beside app."""
    packed = HERE / "_web"
    return packed if packed.is_dir() else HERE.parent


def templates_dir() -> Path:
    """Jinja templates."""
    return _root() / "templates"


def static_dir() -> Path:
    """The bundled browser code and fonts."""
    return _root() / "static" / "dist"


def examples_dir() -> Path:
    """The gallery's programs."""
    return _root() / "examples"


def font(name: str, suffix: str = "woff") -> Path:
    """A font file: plex-sans-400, plex-sans-600 or plex-mono-400."""
    return static_dir() / "fonts" / f"{name}.{suffix}"


def stamp() -> tuple[tuple[str, int, int], ...]:
    """Changes when the browser code, fonts or templates do, though the server stays up: every
    file's path, number and time."""
    found = []
    for root in (static_dir(), templates_dir()):
        for folder, _, names in os.walk(root):
            for path in (folder, *(os.path.join(folder, name) for name in sorted(names))):
                with suppress(OSError):  # just being replaced
                    status = os.stat(path)
                    found.append((path, status.st_ino, status.st_mtime_ns))
    return tuple(found)
