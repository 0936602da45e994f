"""Scratch folders: made, removed, and swept up only when old and our own."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from app.export.scratch import LEFT_S, PREFIX, new_folder, remove, sweep


def test_only_old_folders_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fresh, old = Path(new_folder()), Path(new_folder())
    (old / "frame.png").write_bytes(b"x")
    other = tmp_path / "somebody-elses"
    other.mkdir()
    link = tmp_path / f"{PREFIX}link"
    link.symlink_to(other)
    then = time.time() - LEFT_S - 60
    for path in (old, other):
        os.utime(path, (then, then))
    os.utime(link, (then, then), follow_symlinks=False)
    sweep()
    assert fresh.exists() and not old.exists() and other.exists()
    remove(str(fresh))
    remove(str(fresh))
    assert not fresh.exists()
