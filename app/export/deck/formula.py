"""A formula in LaTeX in; its size, its picture, and a shape PowerPoint can edit, out."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from pptx.opc.package import Part
from pptx.opc.packuri import PackURI

from app.export.deck.drawing import NAMESPACES
from app.export.deck.omml import M, omml
from app.export.deck.palette import Palette
from app.export.deck.place import POINT, PX, Area
from app.export.deck.slide import MC
from app.export.deck.text import attribute, clean
from app.export.raster import png_of
from app.export.tex_math import readable

A14 = 'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
SVG = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
ASVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
#: letters of a formula, px; pixels of its picture per px
SIZE, FINE = 24.0, 2.0
#: characters of a formula that is drawn: longer ones fit no slide, and take seconds
LONGEST = 700


class Drawn(NamedTuple):
    """A formula as outlines: SVG, width and height in px at SIZE."""

    svg: str
    width: float
    height: float


@lru_cache(maxsize=256)
def drawn(latex: str, colour: str) -> Drawn | None:
    """The picture; None where the formula is none that can be set."""
    if len(latex) > LONGEST or readable(latex) is None:
        return None
    import ziamath

    module: Any = ziamath

    module.config.svg2 = False
    try:
        formula = module.Latex(latex, size=SIZE, color=colour)
        wide, high = formula.getsize()
        return Drawn(formula.svg(), wide + 2, high + 2)
    except Exception:  # of whatever a formula makes the typesetter do
        return None


def add_formula(
    slide: Any, spid: int, latex: str, picture: Drawn | None, place: Area, scale: float,
    palette: Palette, lang: str,
) -> str:  # fmt: skip
    """A shape with the formula as Office's mathematics, and for programs that know none its
    picture; plain text where it can be neither. `place` is in EMU."""
    said = omml(latex, lambda italic: _look(scale, palette, lang, italic))
    old = _pictured(slide, spid, latex, picture, place) if picture else None
    if said is None:
        return old or _shape(spid, latex, place, "<a:noFill/>", _plain(latex, scale, palette, lang))
    math = f"<a:p><a:pPr algn=\"l\"/><a14:m {A14}><m:oMathPara {M}><m:oMathParaPr><m:jc m:val=\"left\"/></m:oMathParaPr>{said}</m:oMathPara></a14:m></a:p>"  # fmt: skip
    new = _shape(spid, latex, place, "<a:noFill/>", math)
    old = old or _shape(spid, latex, place, "<a:noFill/>", _plain(latex, scale, palette, lang))
    return (
        f'<mc:AlternateContent xmlns:mc="{MC}" {NAMESPACES}><mc:Choice {A14} Requires="a14">{new}'
        f"</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    )


def _look(scale: float, palette: Palette, lang: str, italic: bool) -> str:
    size = max(100, round(SIZE * scale * PX / POINT))
    face = '<a:latin typeface="Cambria Math" panose="02040503050406030204" pitchFamily="18"/>'
    lean = ' i="1"' if italic else ""
    fill = palette.fill(palette.theme.ink)
    return f'<a:rPr lang="{lang}" sz="{size}"{lean}>{fill}{face}</a:rPr>'


def _plain(latex: str, scale: float, palette: Palette, lang: str) -> str:
    size = max(100, round(0.75 * SIZE * scale * PX / POINT))
    look = f'<a:rPr lang="{lang}" sz="{size}">{palette.fill(palette.theme.ink)}</a:rPr>'
    return f"<a:p><a:r>{look}<a:t>{escape(clean(latex))}</a:t></a:r></a:p>"


def _shape(spid: int, latex: str, place: Area, fill: str, body: str) -> str:
    x, y, wide, high = (round(side) for side in place)
    frame = '<a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{spid}" name="!!formula{spid}" descr={attribute(latex)}/>'
        f'<p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f"{fill}</p:spPr><p:txBody>{frame}<a:lstStyle/>{body}</p:txBody></p:sp>"
    )


def _pictured(slide: Any, spid: int, latex: str, picture: Drawn, place: Area) -> str:
    """A rectangle filled with the picture: PNG, and SVG where that is known."""
    part = slide.part
    _, png = part.get_or_add_image_part(io.BytesIO(png_of(enlarged(picture))))
    name = PackURI(f"/ppt/media/formula{part.partname.idx}-{spid}.svg")
    svg = part.relate_to(Part(name, "image/svg+xml", part.package, picture.svg.encode()), IMAGE)
    more = f'<a:extLst><a:ext uri="{SVG}"><asvg:svgBlip xmlns:asvg="{ASVG}" r:embed="{svg}"/></a:ext></a:extLst>'
    fill = f'<a:blipFill><a:blip r:embed="{png}">{more}</a:blip><a:stretch><a:fillRect/></a:stretch></a:blipFill>'
    return _shape(spid, latex, place, fill, "<a:p/>")


def enlarged(picture: Drawn) -> str:
    """The drawing with FINE pixels a px."""
    head, _, rest = picture.svg.partition(">")
    for name, side in (("width", picture.width), ("height", picture.height)):
        start = head.index(f' {name}="')
        end = head.index('"', start + len(name) + 3)
        head = f'{head[:start]} {name}="{side * FINE:.0f}"{head[end + 1 :]}'
    return f"{head}>{rest}"
