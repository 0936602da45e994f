"""Places, paints and texts in; DrawingML elements (shapes, connectors, outlines), out."""

from __future__ import annotations

from app.export.deck.place import Fit
from app.export.deck.route import Connector, spread
from app.export.deck.text import attribute
from app.picture.marks import Mark

NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)


def shape(
    spid: int, name: str, alt: str, geometry: str, x: int, y: int, w: int, h: int, look: str,
    body: str,
) -> str:  # fmt: skip
    """One p:sp. The name's `!!` makes Morph pair it by name."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{spid}" name={attribute("!!" + name)}'
        f" descr={attribute(alt)}/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>"
        f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>{geometry}{look}'
        f"</p:spPr>{body}</p:sp>"
    )


def connector(
    spid: int, mark: Mark, route: Connector, ids: tuple[int, int], fit: Fit, paint: str,
    active: bool,
) -> str:  # fmt: skip
    """One p:cxnSp, glued at both ends, with its arrowhead."""
    adjusts = "".join(
        f'<a:gd name="adj{k}" fmla="val {value}"/>'
        for k, value in enumerate(route.adjusts, start=1)
    )
    glue = "".join(
        f'<a:{end} id="{card}" idx="{site}"/>'
        for end, card, site in zip(("stCxn", "endCxn"), ids, route.sites)
    )
    head = "med" if active else "lg"  # a head grows with its line
    head = f'<a:round/><a:tailEnd type="triangle" w="{head}" len="{head}"/>'
    line = outline(paint, fit.size(2.4 if active else 1.6), head)
    return (
        f'<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="{spid}"'
        f" name={attribute('!!' + mark.id)} descr={attribute(mark.alt or '')}/>"
        f"<p:cNvCxnSpPr>{glue}</p:cNvCxnSpPr><p:nvPr/></p:nvCxnSpPr><p:spPr>{_frame(route, fit)}"
        f'<a:prstGeom prst="{route.preset}"><a:avLst>{adjusts}</a:avLst></a:prstGeom>{line}'
        "</p:spPr></p:cxnSp>"
    )


def _frame(route: Connector, fit: Fit) -> str:
    """Where the preset's unit square lies: it starts at its top left, so it is flipped as the ends
    ask, and turned a quarter where it runs downwards."""
    (x0, y0), (x1, y1) = fit.at(*route.start), fit.at(*route.end)
    if route.preset == "straightConnector1":
        size, back, over, turn = (abs(x1 - x0), abs(y1 - y0)), x1 < x0, y1 < y0, ""
    else:
        along, across = spread(route.start, route.end, route.down)
        size, back, over, turn = (
            (fit.size(abs(along)), fit.size(abs(across))),
            along < 0,
            across < 0,
            "",
        )
        if route.down:
            # a quarter turn takes the flow down and what was below to the left
            over, turn = not over, ' rot="5400000"'
    x, y = (x0 + x1 - size[0]) // 2, (y0 + y1 - size[1]) // 2
    flips = (' flipH="1"' if back else "") + (' flipV="1"' if over else "")
    return (
        f'<a:xfrm{turn}{flips}><a:off x="{x}" y="{y}"/>'
        f'<a:ext cx="{size[0]}" cy="{size[1]}"/></a:xfrm>'
    )


def rounded(share: float) -> str:
    """A rounded rectangle whose radius is `share` of its shorter side."""
    value = round(min(0.5, max(0.0, share)) * 100_000)
    guide = f'<a:gd name="adj" fmla="val {value}"/>'
    return f'<a:prstGeom prst="roundRect"><a:avLst>{guide}</a:avLst></a:prstGeom>'


def rectangle() -> str:
    """Square corners."""
    return '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


def outline(fill: str, wide: int, more: str = "") -> str:
    """A line `wide` EMU across."""
    return f'<a:ln w="{max(3175, wide)}">{fill}{more}</a:ln>'


def text_box(body: str, fit: Fit, insets: tuple[float, float, float, float]) -> str:
    """The text of a shape; insets left, top, right and bottom in px. It never wraps: a font wider
    than ours may stick out, but pushes no line down."""
    left, top, right, bottom = (fit.size(inset) for inset in insets)
    look = (
        f'<a:bodyPr wrap="none" lIns="{left}" tIns="{top}" rIns="{right}" bIns="{bottom}"'
        ' rtlCol="0" anchor="t"><a:noAutofit/></a:bodyPr>'
    )
    return f"<p:txBody>{look}<a:lstStyle/>{body or '<a:p/>'}</p:txBody>"
