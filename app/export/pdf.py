"""A Scene in; one step of it as a PDF page of exactly its size, text searchable, out.

Shapes go in as one SVG, and every line of text is set by Typst itself: text inside an SVG would
arrive in the PDF letter by letter, where no search finds a word. Nothing a person wrote is ever
Typst source: it travels as data."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

import msgspec
import typst

from app.export.formats import Report
from app.export.frame import sheet_of, still_step
from app.export.outlines import SHARE
from app.export.scene import Scene
from app.export.typefaces import truetype_folder
from app.graph import Struct
from app.picture.measure import width
from app.picture.pen import clean

#: points per px
POINT = 0.75
PAGE = b"""
#let of(key) = sys.inputs.at(key)
#set document(title: of("title"), date: none)
#set page(width: float(of("width")) * 1pt, height: float(of("height")) * 1pt, margin: 0pt, fill: none)
#let faces = ("IBM Plex Sans", "DejaVu Sans")
#let bold = ("IBM Plex Sans SmBld", ..faces) // Typst knows the semi-bold by this name only
#set text(font: faces, kerning: false, ligatures: false, lang: of("lang"),
  top-edge: "baseline", bottom-edge: "baseline", hyphenate: false)
#place(image(bytes(of("shapes")), width: 100%, height: 100%, format: "svg", alt: of("alt")))
#for line in json(bytes(of("lines"))) {
  let fill = rgb(line.colour).transparentize((1 - line.opacity) * 100%)
  let font = if line.bold { bold } else { faces }
  let weight = if line.bold { 600 } else { 400 }
  let words = text(size: line.size * 1pt, font: font, weight: weight, fill: fill, line.text)
  place(dx: line.x * 1pt, dy: line.y * 1pt, box(width: 9999pt, words))
}
"""


class Line(Struct, frozen=True, kw_only=True):
    """One line of text: its left end on the baseline in points of the page."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    opacity: float


def write(scene: Scene, report: Report) -> bytes:
    """One page."""
    sheet, step = sheet_of(scene), still_step(scene)
    unit = POINT * scene.how.scale
    shapes, lines = apart(sheet.still(step), unit)
    steps = scene.picture.steps
    told: dict[str, str] = {
        "title": clean(scene.title),
        "alt": clean(steps[step].text) if steps else clean(scene.title),
        "lang": scene.how.lang,
        "width": f"{sheet.width * unit:.4f}",
        "height": f"{sheet.height * unit:.4f}",
        "shapes": shapes,
        "lines": msgspec.json.encode(lines).decode(),
    }
    content = typst.compile(PAGE, format="pdf", font_paths=fonts(), sys_inputs=told)
    report(1, 1)
    return content


@cache
def fonts() -> typst.Fonts:
    """The shipped fonts and no other."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(truetype_folder())],
    )


def apart(svg: str, unit: float) -> tuple[str, list[Line]]:
    """The SVG without its text, and the text; `unit` is points per px of the sheet."""
    root = ElementTree.fromstring(svg)
    lines: list[Line] = []
    _take(root, lines, (0.0, 0.0, unit), 1.0)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    return ElementTree.tostring(root, encoding="unicode"), lines


def _take(
    element: ElementTree.Element,
    lines: list[Line],
    place: tuple[float, float, float],
    opacity: float,
) -> None:
    """Move the <text> below an element to `lines`; `place` is its origin and scale in points."""
    x, y, scale = place
    moved = re.findall(r"-?[\d.]+", element.get("transform", ""))
    if moved:
        dx, dy, zoom = (*(float(number) for number in moved), 1.0)[:3]
        place = (x + dx * scale, y + dy * scale, scale * zoom)
    opacity *= float(element.get("opacity", 1))
    for child in list(element):
        if child.tag.endswith("}text"):
            lines.append(_line(child, place, opacity))
            element.remove(child)
        else:
            _take(child, lines, place, opacity)


def _line(element: ElementTree.Element, place: tuple[float, float, float], opacity: float) -> Line:
    x, y, scale = place
    text, size = element.text or "", float(element.get("font-size", 0))
    is_bold = element.get("font-weight") == "600"
    left = float(element.get("x", 0))
    left -= width(text, size, is_bold) * SHARE[element.get("text-anchor", "start")]
    return Line(
        x=x + left * scale,
        y=y + float(element.get("y", 0)) * scale,
        text=text,
        size=size * scale,
        bold=is_bold,
        colour=element.get("fill", "#000000"),
        opacity=opacity,
    )
