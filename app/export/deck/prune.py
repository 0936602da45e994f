"""A presentation in; the same with nothing left but its masters, layouts, themes and pictures."""

from __future__ import annotations

from typing import Any

from lxml import etree

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
#: relationships that stay, by the end of their type
KEPT = frozenset({"slideMaster", "slideLayout", "theme", "themeOverride", "image", "font"})
#: children of p:presentation that stay; sections, shows and tags speak of slides that are gone
CHILDREN = frozenset(
    {"sldMasterIdLst", "sldSz", "notesSz", "embeddedFontLst",
     "kinsoku", "defaultTextStyle"}
)  # fmt: skip
#: what leaves a master or layout: it moves, sounds, or belongs to an add-in
MOVING = frozenset({"timing", "transition", "AlternateContent"})
#: what holds a reference whose target is gone, and goes with it
HOLDERS = frozenset({"graphicFrame", "pic", "contentPart", "control"})


def prune(deck: Any) -> None:
    """Drop slides, macros, embedded objects, tags, media, hyperlinks and all external targets."""
    package = deck.part.package
    _drop(package, lambda kind: kind == "officeDocument")
    root = deck.element
    for child in list(root):
        if _name(child) not in CHILDREN:
            root.remove(child)
    _drop(deck.part, lambda kind: kind in KEPT)
    _forget(deck.part)
    holders = [master.part for master in deck.slide_masters]
    holders += [layout.part for master in deck.slide_masters for layout in master.slide_layouts]
    for part in holders:
        _still(part._element)
        _drop(part, lambda kind: kind in KEPT)
        _forget(part)


def _drop(part: Any, stays: Any) -> None:
    """Remove the relationships that do not stay."""
    relations = part._rels
    for key, one in list(relations.items()):
        if one.is_external or not stays(one.reltype.rpartition("/")[2]):
            relations.pop(key)


def _still(root: Any) -> None:
    for child in list(root):
        if _name(child) in MOVING:
            root.remove(child)
    for name in ("custDataLst", "controls"):
        for found in list(root.iter(f"{{*}}{name}")):
            found.getparent().remove(found)


def _forget(part: Any) -> None:
    """Remove whatever refers to a relationship that is gone."""
    root, alive = part._element, set(part._rels)
    for found in list(root.iter("*")):
        lost = [a for a, key in found.attrib.items() if a.startswith(R) and key not in alive]
        if not lost:
            continue
        holder = next((a for a in found.iterancestors() if _name(a) in HOLDERS), None)
        if _name(found) == "blip" and holder is None:
            for attribute in lost:
                del found.attrib[attribute]
            continue
        gone = found if holder is None else holder
        if gone.getparent() is not None:
            gone.getparent().remove(gone)


def _name(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""
