"""Nothing in; a folder for one drawing process to write in, out."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "gradreel-press-"
#: seconds after which a folder that no server took along when it ended is removed
LEFT_S = 86_400


def new_folder() -> str:
    """A folder of this user's own. Raises OSError."""
    return tempfile.mkdtemp(prefix=PREFIX)


def remove(folder: str) -> None:
    """The folder and all in it, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what servers that were killed left behind."""
    before = time.time() - LEFT_S
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
        except OSError:
            continue
        is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
        if is_ours and found.st_mtime < before and not folder.is_symlink():
            remove(str(folder))
