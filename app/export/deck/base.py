"""A theme in; an empty 16:9 deck of our own, its layout, palette and free area, out."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pptx import Presentation

from app.export.deck.palette import Palette, own
from app.export.deck.place import Area
from app.export.deck.prune import prune
from app.picture.theme import THEMES, Theme

#: EMU
WIDTH, HEIGHT, INCH = 12_192_000, 6_858_000, 914_400
#: layouts of python-pptx's own deck worth keeping, by number
KEPT = (5, 1, 6)
#: where a font is missing, PowerPoint goes by these: a sans serif of this build
FONT = "IBM Plex Sans"
FACE = f'<a:latin typeface="{FONT}" panose="020B0503050203000203" pitchFamily="34" charset="0"/>'


class Base(NamedTuple):
    """What slides are added to. `area` is free for the picture, `foot` for a line of text below;
    `letters` shrinks text where the font runs wider than ours."""

    deck: Any
    layout: Any
    palette: Palette
    area: Area
    foot: Area
    letters: float = 1.0


def blank(name: str) -> Base:
    """A deck in Gradreel's colours."""
    theme = THEMES.get(name, THEMES["light"])
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    prune(deck)
    layouts = list(deck.slide_layouts)
    for k, layout in enumerate(layouts):
        if k not in KEPT:
            deck.slide_layouts.remove(layout)
    _widen(deck)
    _colour(deck, theme, dark=name == "dark")
    layout = next(one for one in deck.slide_layouts if one.name == "Title Only")
    area = Area(0.45 * INCH, 1.1 * INCH, WIDTH - 0.9 * INCH, HEIGHT - 1.95 * INCH)
    foot = Area(0.65 * INCH, HEIGHT - 0.75 * INCH, WIDTH - 1.3 * INCH, 0.5 * INCH)
    return Base(deck, layout, own(theme), area, foot)


def _widen(deck: Any) -> None:
    """From the 4:3 of python-pptx's deck to 16:9, with a title that leaves room for a picture."""
    del deck.element.sldSz.attrib["type"]
    for holder in (deck.slide_master, *deck.slide_layouts):
        for place in holder.element.iter("{*}off"):
            place.set("x", str(int(place.get("x")) * 4 // 3))
        for size in holder.element.iter("{*}ext"):
            if size.get("cx"):
                size.set("cx", str(int(size.get("cx")) * 4 // 3))
    title = deck.slide_master.shapes.title if hasattr(deck.slide_master.shapes, "title") else None
    title = title or next(
        s for s in deck.slide_master.placeholders if s.placeholder_format.idx == 0
    )
    title.left, title.top = round(0.55 * INCH), round(0.3 * INCH)
    title.width, title.height = round(WIDTH - 1.1 * INCH), round(0.75 * INCH)
    style = deck.slide_master.element.find(".//{*}titleStyle/{*}lvl1pPr")
    style.set("algn", "l")
    letters = style.find("{*}defRPr")
    letters.set("sz", "2800")
    letters.set("b", "1")


def _colour(deck: Any, theme: Theme, dark: bool) -> None:
    """Our colours and font as the deck's own theme, so that what is added later matches."""
    ink, paper, soft, scope = theme.ink, theme.paper, theme.soft, theme.scope
    first = (paper, ink, scope, soft) if dark else (ink, paper, soft, scope)
    colours = [*first, theme.blue, theme.orange, theme.green, theme.red, theme.edge, theme.card]
    names = ("dk1", "lt1", "dk2", "lt2", *(f"accent{k}" for k in range(1, 7)))
    slots = zip((*names, "hlink", "folHlink"), (*colours, theme.blue, theme.soft))
    scheme = "".join(
        f'<a:{slot}><a:srgbClr val="{c[1:].upper()}"/></a:{slot}>' for slot, c in slots
    )
    part = theme_part(deck)
    text = part.blob.decode()
    text = re.sub(
        r"<a:clrScheme.*?</a:clrScheme>", f'<a:clrScheme name="Gradreel">{scheme}</a:clrScheme>',
        text, flags=re.DOTALL,
    )  # fmt: skip
    text = re.sub(r'<a:latin typeface="Calibri"/>', FACE, text)
    part.blob = text.replace('name="Office Theme"', 'name="Gradreel"', 1).encode()
    if dark:
        mapping = deck.slide_master.element.find("{*}clrMap")
        for slot, colour in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
            mapping.set(slot, colour)


def theme_part(deck: Any) -> Any:
    """The theme of the first master."""
    relations = deck.slide_master.part.rels.values()
    return next(r.target_part for r in relations if r.reltype.endswith("/theme"))
