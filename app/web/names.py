"""Titles people chose in; names of files that are safe everywhere, out."""

from __future__ import annotations

import re
from urllib.parse import quote

#: what no file system, shell or header wants in a name
UNSAFE = re.compile(r"[^\w .()+=-]+")
#: names Windows keeps for itself
TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
LONGEST = 60


def file_name(title: str, root: str | None, suffix: str) -> str:
    """What the person called it, else the root's name, with the suffix."""
    return f"{stem_of(title or root or 'gradreel')}.{suffix}"


def stem_of(text: str) -> str:
    """A name without path, control or other dangerous characters; never empty."""
    stem = UNSAFE.sub("-", text)[:LONGEST].strip(" .-")
    return "gradreel" if not stem or TAKEN.fullmatch(stem) else stem


def disposition(name: str) -> str:
    """The Content-Disposition header of a file to save."""
    plain = name.encode("ascii", "replace").decode().replace("?", "-")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
