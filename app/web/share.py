"""A code or id and its state in; what previews, unfurlers and oEmbed say about it, out."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from fastapi import Request

from app.graph import Struct
from app.store.code import Saved
from app.web.language import language_of
from app.words import say

#: a line that says nothing of what a program is about, and one that names what it computes
IMPORTS, COMPUTES = re.compile(r"(?:import|from)\s"), re.compile(r"[^\W\d]\w*\s*=(?!=)")
#: characters of a line that may stand for a title
TITLE = 60
#: px of the picture in a preview
IMAGE = (1280, 720)
#: px of an embed nobody gave a size, and the least that can be read
EMBED, LEAST = (960, 480), (240, 160)
#: px the player's bar and margins take of an embed's height
BAR = 90


class Share(Struct, frozen=True, kw_only=True):
    """Words and absolute addresses of one shared graph: the app opening it, its player, its picture
    and its oEmbed."""

    title: str
    description: str
    url: str
    embed: str
    image: str
    oembed: str


def share_of(request: Request, name: str, saved: Saved) -> Share:
    """What previews say; nothing is run for it."""
    base, path = base_of(request), quote(name, safe="")
    title = saved.title or title_of(saved.source)
    url = f"{base}/g/{path}"
    return Share(
        title=title,
        description=say("reel.description", language_of(request), title=title),
        url=url,
        embed=f"{base}/embed/{path}",
        image=f"{base}/img/{path}.png?crop=frame",
        oembed=f"{base}/oembed?{urlencode({'url': url, 'format': 'json'})}",
    )


def title_of(source: str) -> str:
    """A line that says what a program is about: a comment it begins with, else what it computes
    last, else its first line."""
    lines = [line.rstrip() for line in source.splitlines() if line.strip("# \t")]
    if not lines:
        return "Gradreel"
    computed = [line for line in lines if IMPORTS.match(lines[0]) and COMPUTES.match(line)]
    return (computed[-1] if computed else lines[0]).strip("# \t")[:TITLE]


def base_of(request: Request) -> str:
    """Where people reach this installation, without a final slash."""
    chosen: str = request.app.state.settings.public_url
    return (chosen or str(request.base_url)).rstrip("/")


def fitting(
    width: float, height: float, most: tuple[int | None, int | None] = (None, None)
) -> tuple[int, int]:
    """The size of an iframe in which a picture of this size can be read, never beyond `most`: a
    consumer that asked for less has no room for more."""
    wide = min(EMBED[0], most[0] or EMBED[0])
    scale = min(1.0, wide / max(width, 1))
    tall = min(max(height * scale + BAR, wide * 0.4), wide * 0.75, most[1] or EMBED[0])
    least = (min(side, limit or side) for side, limit in zip(LEAST, most))
    return max(next(least), int(wide)), max(next(least), int(tall))
