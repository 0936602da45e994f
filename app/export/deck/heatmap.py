"""A heatmap's mark in; a group of native shapes, one for each colour, out."""

from __future__ import annotations

from app.export.deck.drawing import outline, rectangle, shape
from app.export.deck.palette import Palette
from app.export.deck.place import Fit
from app.export.deck.text import attribute
from app.picture.marks import Mark
from app.picture.thumbs import Place, colour_of, runs

#: shape ids of what is inside groups start here, so many to a group
INSIDE, EACH = 100_000, 32


def heatmap(spid: int, mark: Mark, fit: Fit, palette: Palette) -> str:
    """One p:grpSp that says what it shows; the parts are for the eye alone."""
    x, y = fit.at(mark.x, mark.y)
    w, h = fit.size(mark.width), fit.size(mark.height)
    ids = iter(range(INSIDE + spid * EACH, INSIDE + (spid + 1) * EACH))
    theme, box = palette.theme, (x, y, w, h)
    ground = palette.fill(theme.scope) + outline(palette.fill(theme.line), fit.size(1))
    parts = [shape(next(ids), f"{mark.id}.0", "", rectangle(), *box, ground, "")]
    for level, places in runs(mark).items():
        paint = palette.fill(colour_of(level, theme)) + "<a:ln><a:noFill/></a:ln>"
        geometry = _outlines(mark, places)
        parts.append(shape(next(ids), f"{mark.id}.{level}", "", geometry, *box, paint, ""))
    place = f'<a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/>'
    inner = f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{w}" cy="{h}"/>'
    return (
        f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="{spid}" name={attribute("!!" + mark.id)}'
        f" descr={attribute(mark.alt or '')}/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>"
        f"<p:grpSpPr><a:xfrm>{place}{inner}</a:xfrm></p:grpSpPr>{''.join(parts)}</p:grpSp>"
    )


def _outlines(mark: Mark, places: list[Place]) -> str:
    """Rectangles as one freeform, in hundredths of a px."""

    def point(x: float, y: float) -> str:
        return f'<a:pt x="{round((x - mark.x) * 100)}" y="{round((y - mark.y) * 100)}"/>'

    drawn = []
    for x, y, w, h in places:
        corners = ((x + w, y), (x + w, y + h), (x, y + h))
        lines = "".join(f"<a:lnTo>{point(*corner)}</a:lnTo>" for corner in corners)
        drawn.append(f"<a:moveTo>{point(x, y)}</a:moveTo>{lines}<a:close/>")
    size = f'w="{round(mark.width * 100)}" h="{round(mark.height * 100)}"'
    return (
        "<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        '<a:rect l="0" t="0" r="r" b="b"/>'
        f"<a:pathLst><a:path {size}>{''.join(drawn)}</a:path></a:pathLst></a:custGeom>"
    )
