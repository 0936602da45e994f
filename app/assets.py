"""The name of a shipped file in; its path in a checkout or an installed wheel out."""

from __future__ import annotations

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
