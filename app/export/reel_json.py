"""A Scene in; everything a player shows as JSON, which embeds are made of, out."""

from __future__ import annotations

import msgspec

from app.export.formats import Report
from app.export.reel import Reel, reel_of, tall_of
from app.export.scene import Scene
from app.graph import Struct
from app.picture import svg


class Played(Struct, frozen=True, kw_only=True):
    """A Reel and its drawings as the screen's SVG: across, and downwards for narrow screens where
    that differs."""

    heading: str
    svg: str
    tall: str
    reel: Reel


def played(scene: Scene) -> Played:
    """Lays the second drawing out: some milliseconds."""
    theme, step, tall = scene.how.theme, scene.how.step, tall_of(scene)
    return Played(
        heading=scene.title,
        svg=svg(scene.picture, theme, step, screen=True),
        tall=svg(tall, theme, step, screen=True) if tall else "",
        reel=reel_of(scene),
    )


def write(scene: Scene, report: Report) -> bytes:
    """One `Played`."""
    return msgspec.json.encode(played(scene)) + b"\n"
