"""The examples folder in; titles, reasons and programs for the gallery, out."""

from __future__ import annotations

import re
from functools import cache

from app.assets import examples_dir
from app.graph import Struct

HEADER = re.compile(r"^# (title|why|group|language)(?:\[(\w+)\])?: (.*)$")

#: the gallery's shelves, in their order
GROUPS = ("first", "surprise", "network")


class Example(Struct, frozen=True, kw_only=True):
    """One program: what it is called and why it is interesting, by language."""

    id: str
    title: dict[str, str]
    why: dict[str, str]
    #: shelf of the gallery, one of GROUPS
    group: str
    language: str
    source: str


@cache
def examples() -> list[Example]:
    """All of them, in the order of their numbers."""
    files = sorted(p for p in examples_dir().glob("[0-9]*") if p.suffix in (".py", ".txt"))
    return [read(path.stem, path.read_text("utf-8")) for path in files]


def read(name: str, text: str) -> Example:
    """One file: header comments, then the program."""
    words: dict[str, dict[str, str]] = {"title": {}, "why": {}, "group": {}, "language": {}}
    lines = text.split("\n")
    while lines and (match := HEADER.match(lines[0])):
        words[match[1]][match[2] or "en"] = match[3]
        lines.pop(0)
    return Example(
        id=name,
        title=words["title"],
        why=words["why"],
        group=words["group"].get("en", GROUPS[0]),
        language=words["language"].get("en", "torch"),
        source="\n".join(lines).strip("\n") + "\n",
    )
