"""Decks meant to harm: each is refused with a clear 4xx, and none is unpacked to find out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from pptx import Presentation

from app.settings import Settings
from app.web.status import STATUS
from tests.export.deck.test_template import MASTER, THEME, code_of, edited, saved

PRESENTATION = "ppt/presentation.xml"
LAYOUTS = re.compile(r"<p:sldLayoutIdLst>.*?</p:sldLayoutIdLst>", re.DOTALL)
HEAD = re.compile(r"(<\?xml.*?\?>)")


def changed(part: str, change: Callable[[str], str], **parts: str) -> bytes:
    return edited(saved(Presentation()), part, change, parts=parts)


def sized(wide: object, high: object) -> bytes:
    size = f'<p:sldSz cx="{wide}" cy="{high}"/>'
    return changed(PRESENTATION, lambda text: re.sub(r"<p:sldSz[^>]*>", size, text))


def with_part(name: str, content: str | bytes = "<a/>") -> bytes:
    return edited(saved(Presentation()), "", parts={name: content})


def layouts(count: int) -> bytes:
    name = "ppt/slideLayouts/slideLayout{}.xml".format
    kind = "application/vnd.openxmlformats-officedocument.presentationml.slideLayout+xml"
    types = "".join(
        f'<Override PartName="/{name(k)}" ContentType="{kind}"/>' for k in range(50, count)
    )
    deck = edited(
        saved(Presentation()), "", parts={name(k): "<p:sldLayout/>" for k in range(50, count)}
    )
    return edited(deck, "[Content_Types].xml", lambda t: t.replace("</Types>", types + "</Types>"))


def twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("ppt/a.xml", "x")
        file.writestr("PPT/A.xml", "y")
    return out.getvalue()


def elsewhere(text: str) -> str:
    inside = 'Target="slideMasters/slideMaster1.xml"'
    assert inside in text
    return text.replace(inside, 'Target="http://evil.example/m.xml" TargetMode="External"')


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
MACROS = "application/vnd.ms-office.vbaProject"
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: changed(THEME, lambda t: t + " " * (30 << 20)), "template_unpacked"),
    "entities": (
        lambda: changed(THEME, lambda t: HEAD.sub(rf"\1{LAUGHS}", t)),
        "template_unreadable",
    ),
    "master elsewhere": (
        lambda: changed("ppt/_rels/presentation.xml.rels", elsewhere),
        "template_unreadable",
    ),
    "macros alone": (
        lambda: changed(
            "[Content_Types].xml", lambda t: re.sub(r"application/vnd[^\"]*main\+xml", MACROS, t)
        ),
        "template_unreadable",
    ),
    "no layouts": (lambda: changed(MASTER, lambda t: LAYOUTS.sub("", t)), "template_unreadable"),
    "no size": (lambda: sized(0, 0), "template_unreadable"),
    "negative size": (lambda: sized(-9144000, 6858000), "template_unreadable"),
    "endless size": (lambda: sized(10**15, 10**15), "template_unreadable"),
    "no number": (lambda: sized("wide", "high"), "template_unreadable"),
    "above": (lambda: with_part("../../etc/cron.d/x.xml"), "template_unreadable"),
    "absolute": (lambda: with_part("/etc/x.xml"), "template_unreadable"),
    "drive": (lambda: with_part("C:\\x.xml"), "template_unreadable"),
    "thousands of layouts": (lambda: layouts(1500), "template_parts"),
    "one name twice": (twice, "template_unreadable"),
    "deep": (
        lambda: changed(THEME, lambda t: t.replace("</a:theme>", "<a:x>" * 3000 + "</a:theme>")),
        "template_unreadable",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_deck_is_refused(case: str) -> None:
    deck, code = CASES[case]
    content = deck()
    assert len(content) < 600_000
    assert code_of(content, Settings(template_parts=1000)) == code
    assert STATUS.get(code, 422) in range(400, 500)
