"""A key and the bytes of a rendered file in; a folder bounded in size that remembers them, out."""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import re
import tempfile
import time
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from app import __version__
from app.assets import stamp, static_dir, templates_dir
from app.export.formats import FORMATS
from app.export.scene import How

KEY = re.compile(r"[0-9a-f]{64}\Z")
#: whose version changes what a file looks like, or the numbers in it
LIBRARIES = ("torch", "pygraphviz", "resvg-py", "typst", "pillow", "av", "python-pptx", "ziamath")
#: seconds between two notes of when a file was last used
TOUCH_S = 60
#: share of the cap that is left after old files went
AFTER = 0.9

log = logging.getLogger("gradreel")


def fingerprint() -> bytes:
    """Changes whenever what draws does, so that an upgrade, or a bundle rebuilt under a running
    server, never serves old pictures."""
    return _mixed(stamp())


@lru_cache(maxsize=1)
def _mixed(stamped: object) -> bytes:
    mixed = hashlib.sha256(__version__.encode())
    for name in LIBRARIES:
        mixed.update(f"{name} {_version(name)}\n".encode())
    for root, path in sources():
        mixed.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return mixed.digest()


def sources() -> list[tuple[Path, Path]]:
    """The files a picture, a deck or a page is made by, each with the folder it belongs to."""
    package = Path(__file__).resolve().parent.parent
    kinds = {package: ("*.py", "*.json"), templates_dir(): ("*.html",), static_dir(): ("*.*",)}
    return [
        (root, path)
        for root, patterns in kinds.items()
        for path in sorted(found for pattern in patterns for found in root.rglob(pattern))
        if path.is_file()
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def key_of(content: list[bytes], how: How, suffix: str) -> str:
    """The name of what this content drawn this way gives: 64 hexadecimal digits."""
    mixed = hashlib.sha256(fingerprint())
    for part in (*content, msgspec.json.encode(how, order="deterministic"), suffix.encode()):
        mixed.update(len(part).to_bytes(8, "big") + part)
    return mixed.hexdigest()


class RenderCache:
    """Files named KEY.SUFFIX in one folder, at most `limit` bytes; several servers may share it.
    In place of a folder that cannot be written it takes one that ends with the server."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = _writable(folder)
        self.limit = limit
        self.size: int | None = None
        self.hits = self.misses = 0

    def get(self, key: str, suffix: str) -> bytes | None:
        """What was put under this key, if it is still there."""
        path = self.path_of(key, suffix)
        try:
            content = path.read_bytes()
            if time.time() - path.stat().st_mtime > TOUCH_S:
                os.utime(path)
        except OSError:
            content = b""
        self.hits, self.misses = self.hits + bool(content), self.misses + (not content)
        return content or None

    def put(self, key: str, suffix: str, content: bytes) -> None:
        """Remember it; a reader sees all of it or nothing."""
        path = self.path_of(key, suffix)
        try:
            self._write(path, content)
        except OSError as error:
            log.error("the render cache at %s could not be written: %s", self.folder, error)
            return
        if self.size is not None:
            self.size += len(content)
        if self.size is None or self.size > self.limit:
            self._evict()

    def has(self, key: str, suffix: str) -> bool:
        """Whether `get` would find it: not where the disk is full or the file larger than all."""
        return self.path_of(key, suffix).exists()

    def _write(self, path: Path, content: bytes) -> None:
        number, part = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with open(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(number)
            os.replace(part, path)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise

    def path_of(self, key: str, suffix: str) -> Path:
        """Where a file is. Raises ValueError for a name that is none of ours."""
        if not KEY.match(key) or suffix not in FORMATS:
            raise ValueError("not a key of the render cache")
        return self.folder / f"{key}.{suffix}"

    def _evict(self) -> None:
        """Count the folder; where it is too large, the files longest unused go."""
        found = []
        for entry in os.scandir(self.folder):
            try:
                found.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
            except OSError:
                continue  # another server was faster
        self.size = sum(size for _, size, _ in found)
        if self.size <= self.limit:
            return
        for _, size, path in sorted(found):
            if self.size <= self.limit * AFTER:
                break
            Path(path).unlink(missing_ok=True)
            self.size -= size


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    log.warning("%s cannot be written; rendered files are kept until the server ends", folder)
    own = tempfile.TemporaryDirectory(prefix="gradreel-cache-")
    atexit.register(own.cleanup)
    return Path(own.name)
