"""The shipped web fonts in; a folder of TrueType files for programs that read no WOFF, out."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.assets import font
from app.picture.typeface import fallback_path

_kept: list[tempfile.TemporaryDirectory[str]] = []


@cache
def truetype_folder() -> Path:
    """Written once a process, in some tens of milliseconds; removed when it ends."""
    from fontTools.ttLib import TTFont

    folder = tempfile.TemporaryDirectory(prefix="gradreel-fonts-")
    _kept.append(folder)
    for name in ("plex-sans-400", "plex-sans-600"):
        if font(name).exists():
            file = TTFont(font(name))
            file.flavor = None
            file.save(Path(folder.name) / f"{name}.ttf")
    shutil.copy(fallback_path(), folder.name)
    return Path(folder.name)
