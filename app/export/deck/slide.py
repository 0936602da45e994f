"""A base deck, a title and shapes in; a slide of it with notes, caption and movement, out."""

from __future__ import annotations

from typing import Any, NamedTuple

from lxml import etree
from pptx.oxml import parse_xml

from app.export.deck.base import Base
from app.export.deck.drawing import NAMESPACES, shape
from app.export.deck.place import PX, Fit
from app.export.deck.text import Run, clean, run
from app.picture.measure import fitted, width

#: the shape ids of what is no mark
CAPTION = 90
#: px of a 96 dpi slide: a title, a caption on one line, on two, a footnote
TITLE, LARGE, SMALL, FINE = 37.0, 21.0, 16.0, 13.0
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
MORPH = (
    f'<mc:AlternateContent xmlns:mc="{MC}" {NAMESPACES}><mc:Choice'
    ' xmlns:p159="http://schemas.microsoft.com/office/powerpoint/2015/09/main" Requires="p159">'
    '<p:transition spd="slow" xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"'
    ' p14:dur="700"><p159:morph option="byObject"/></p:transition></mc:Choice>'
    '<mc:Fallback><p:transition spd="med"><p:fade/></p:transition></mc:Fallback></mc:AlternateContent>'
)


class Caption(NamedTuple):
    """Below the picture: where we are, in the pass's colour, what happens, and the small print."""

    place: str = ""
    colour: str = ""
    text: str = ""
    fine: str = ""


def add_slide(base: Base, title: str, shapes: list[str]) -> Any:
    """A slide with a title and these shapes."""
    slide = base.deck.slides.add_slide(base.layout)
    for place in list(slide.placeholders):
        if place.placeholder_format.idx != 0:
            place.element.getparent().remove(place.element)
    if slide.shapes.title is not None:
        slide.shapes.title.text = fitted(clean(title), TITLE, base.foot.width / PX, True)
    draw_on(slide, shapes)
    return slide


def draw_on(slide: Any, shapes: list[str]) -> None:
    """Add shapes, back to front."""
    tree = parse_xml(f"<p:spTree {NAMESPACES}>{''.join(shapes)}</p:spTree>")
    slide.shapes._spTree.extend(list(tree))
    etree.cleanup_namespaces(slide.shapes._spTree)


def add_notes(slide: Any, text: str) -> None:
    """What the presenter reads."""
    slide.notes_slide.notes_text_frame.text = text


def move(slide: Any, *elements: str) -> None:
    """Append transition and timing, in this order."""
    for element in elements:
        slide.element.append(parse_xml(element))


def caption(base: Base, said: Caption, lang: str, spid: int = CAPTION) -> list[str]:
    """The caption's shape; nothing where there is nothing to say."""
    if not (said.text or said.place or said.fine):
        return []
    palette, foot = base.palette, base.foot
    theme, fit, room = palette.theme, Fit(PX, foot.x, foot.y, base.letters), foot.width / PX
    place = f"{said.place}   " if said.place else ""
    size = LARGE if width(place + said.text, LARGE) < room else SMALL
    text = fitted(clean(said.text), size, room * (1 if size == LARGE else 1.9) - width(place, size))
    parts = []
    if place or text:
        runs = [Run(place, size, palette.fill(said.colour or theme.soft), True)] if place else []
        runs.append(Run(text, size, palette.fill(theme.ink)))
        parts.append("".join(run(one, fit, lang) for one in runs))
    if said.fine:
        fine = fitted(clean(said.fine), FINE, room)
        parts.append(run(Run(fine, FINE, palette.fill(theme.soft)), fit, lang))
    body = "".join(f"<a:p>{part}</a:p>" for part in parts)
    look = '<a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"><a:noAutofit/></a:bodyPr>'
    frame = f"<p:txBody>{look}<a:lstStyle/>{body}</p:txBody>"
    rectangle = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln>'
    place_of = (round(foot.x), round(foot.y), round(foot.width), round(foot.height))
    alt = " ".join(one for one in (said.place, said.text, said.fine) if one)
    return [shape(spid, "caption", alt, rectangle, *place_of, "", frame)]
