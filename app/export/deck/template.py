"""The bytes of somebody's deck in; an empty deck with its size, fonts, colours, layout and
background, and the free area of its layout, out."""

from __future__ import annotations

import io
import re
from typing import Any

from pptx import Presentation
from pptx.oxml import parse_xml

from app.errors import LimitError
from app.export.deck.base import INCH, Base
from app.export.deck.palette import Palette, readable
from app.export.deck.place import Area
from app.export.deck.prune import prune
from app.export.deck.unpack import unpacked
from app.picture.theme import LIGHT, Theme, mix
from app.settings import Settings

HEX = re.compile(r"[0-9A-Fa-f]{6}")
#: how much wider than ours a font runs; others are no wider
WIDE = {"verdana": 1.14, "courier new": 1.12, "century gothic": 1.08, "lucida sans unicode": 1.06}
#: placeholders that python-pptx does not fill, and that a picture may not cover
FOOTERS = frozenset({"dt", "ftr", "sldNum"})


def opened(template: bytes, size: tuple[float, float], limits: Settings, lang: str) -> Base:
    """`size` is the picture's, px: of the areas a layout leaves free, the one that draws it larger.

    Raises LimitError for a template that is too large or that cannot be used."""
    content = unpacked(template, limits, lang)
    try:
        deck: Any = Presentation(io.BytesIO(content))
        prune(deck)
        return _base(deck, size)
    except MemoryError:
        raise
    except Exception as error:  # whatever a library makes of a stranger's file
        raise LimitError("template_unreadable", lang=lang) from error


def _base(deck: Any, size: tuple[float, float]) -> Base:
    wide, high = int(deck.slide_width), int(deck.slide_height)
    if not (INCH <= wide <= 56 * INCH and INCH <= high <= 56 * INCH):
        raise ValueError("no slide has this size")
    layout = min(deck.slide_layouts, key=_cost)
    title = next((p for p in layout.placeholders if p.placeholder_format.idx == 0), None)
    area = max(_areas(title, wide, _floor(layout, high)), key=lambda a: _scale(a, size))
    if min(area.width, area.height) <= 0.2 * min(wide, high):
        area = Area(0.04 * wide, 0.04 * high, 0.92 * wide, 0.92 * high)
    foot = min(0.62 * INCH, 0.12 * area.height)
    below = Area(area.x, area.y + area.height - foot, area.width, foot)
    palette, letters = _palette(layout)
    free = area._replace(height=area.height - foot)
    return Base(deck, layout, palette, free, below, letters)


def _cost(layout: Any) -> float:
    """The fewest placeholders beside a title."""
    kinds = [p.element.find(".//{*}ph").get("type", "obj") for p in layout.placeholders]
    titles = sum(kind in ("title", "ctrTitle") for kind in kinds)
    others = sum(kind not in ("title", "ctrTitle", *FOOTERS) for kind in kinds)
    named = 0 if layout.element.get("type") == "titleOnly" else 0.5
    return others + named + (0 if titles == 1 else 10) + 2 * ("ctrTitle" in kinds)


def _floor(layout: Any, high: int) -> float:
    """Where the footers begin, or a margin above the lower edge."""
    tops = [0.96 * high]
    for place in layout.placeholders:
        kind = place.element.find(".//{*}ph").get("type", "obj")
        if kind in FOOTERS and place.top is not None and place.top > 0.8 * high:
            tops.append(float(place.top))
    return min(tops)


def _areas(title: Any, wide: int, floor: float) -> list[Area]:
    """What a title leaves free: below it, above, at its right and left."""
    side = 0.04 * wide
    whole = Area(side, side, wide - 2 * side, floor - side)
    if title is None or None in (title.left, title.top, title.width, title.height):
        return [whole]
    left, top, right = float(title.left), float(title.top), float(title.left + title.width)
    bottom = float(title.top + title.height)
    return [
        Area(side, bottom, whole.width, floor - bottom),
        Area(side, side, whole.width, top - side),
        Area(right, side, wide - side - right, whole.height),
        Area(side, side, left - side, whole.height),
    ]


def _scale(area: Area, size: tuple[float, float]) -> float:
    return min(area.width / size[0], area.height / size[1])


def _palette(layout: Any) -> tuple[Palette, float]:
    """The template's colours in our roles, and how much its letters must shrink."""
    master = layout.slide_master
    theme = next(r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme"))
    root = parse_xml(theme.blob)
    slots = _slots(root, layout, master)
    colours = _theme(slots, _paper(layout, master, slots))
    named = {colour: slot for slot, colour in slots.items() if slot not in ("hlink", "folHlink")}
    face = root.find(".//{*}minorFont/{*}latin")
    font = "" if face is None else face.get("typeface", "").lower()
    return Palette(theme=colours, slots=named), 1 / WIDE.get(font, 1.0)


def _slots(root: Any, layout: Any, master: Any) -> dict[str, str]:
    """bg1, tx1, … accent6 → #rrggbb, by the colour map in force."""
    scheme = {}
    for slot in root.find(".//{*}clrScheme"):
        colour = slot[0]
        value = colour.get("lastClr") or colour.get("val") or ""
        if HEX.fullmatch(value):
            scheme[slot.tag.rpartition("}")[2]] = f"#{value.lower()}"
    mapping = dict(master.element.find("{*}clrMap").attrib)
    override = layout.element.find("{*}clrMapOvr/{*}overrideClrMapping")
    mapping = mapping if override is None else dict(override.attrib)
    return {name: scheme[slot] for name, slot in mapping.items() if slot in scheme}


def _paper(layout: Any, master: Any, slots: dict[str, str]) -> str:
    """What the slide is painted with, where it is one colour; else the first background colour."""
    for holder in (layout, master):
        ground = holder.element.find("{*}cSld/{*}bg")
        if ground is None:
            continue
        for colour in ground.iterfind("{*}bgPr/{*}solidFill/*"):
            if HEX.fullmatch(colour.get("val", "")):
                return f"#{colour.get('val').lower()}"
        for colour in ground.iterfind("{*}bgRef/{*}schemeClr"):
            return slots.get(colour.get("val"), slots.get("bg1", LIGHT.paper))
        for colour in ground.iterfind("{*}bgPr/{*}solidFill/{*}schemeClr"):
            return slots.get(colour.get("val"), slots.get("bg1", LIGHT.paper))
        break
    return slots.get("bg1", LIGHT.paper)


def _theme(slots: dict[str, str], paper: str) -> Theme:
    """Our roles: tints of the template's paper and ink, its accents, all of them readable."""
    ink = readable(slots.get("tx1", LIGHT.ink), paper, _opposite(paper), 7)
    card = mix(ink, paper, 0.03)
    accents = [slots.get(f"accent{k}", "") for k in range(1, 7)]
    blue = readable(accents[0] or LIGHT.blue, card, ink)
    orange = readable(_apart([*accents[1:], LIGHT.orange], [blue]), card, ink)
    green = readable(_apart([*accents[2:], LIGHT.green], [blue, orange]), card, ink)
    return Theme(
        paper=paper, card=card, ink=ink, soft=readable(mix(ink, paper, 0.65), card, ink),
        line=mix(ink, paper, 0.16), edge=mix(ink, paper, 0.35), scope=mix(ink, paper, 0.05),
        blue=blue, orange=orange, green=green, red=readable(LIGHT.red, card, ink),
        blue_wash=mix(blue, card, 0.14), orange_wash=mix(orange, card, 0.14),
        green_wash=mix(green, card, 0.14),
    )  # fmt: skip


def _opposite(paper: str) -> str:
    red, green, blue = bytes.fromhex(paper[1:])
    return "#000000" if 0.3 * red + 0.59 * green + 0.11 * blue > 140 else "#ffffff"


def _apart(choices: list[str], taken: list[str]) -> str:
    """The first colour that nobody takes for one of those; the last where all are alike."""
    for choice in choices:
        if choice and all(_distance(choice, one) > 90 for one in taken):
            return choice
    return choices[-1]


def _distance(a: str, b: str) -> float:
    pairs = zip(bytes.fromhex(a[1:]), bytes.fromhex(b[1:]))
    return float(sum((x - y) ** 2 for x, y in pairs) ** 0.5)
