"""PDF pages are the picture's size, searchable, alike the PNG, and take hostile words as words."""

import pypdfium2
import pytest

from app.export import export
from app.export.frame import sheet_of, still_step
from app.picture import state
from tests.export.conftest import file, scene
from tests.export.looks import differing, opened


def page_of(content):
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    return document[0]


def test_page_is_the_picture_and_its_text(name):
    one = scene(name)
    page = page_of(file(name, "pdf"))
    sheet = sheet_of(one)
    assert page.get_size() == pytest.approx((sheet.width * 0.75, sheet.height * 0.75), abs=0.01)
    words = " ".join(page.get_textpage().get_text_range().split())
    states = state(one.picture, still_step(one))
    texts = [states[m.id].text for m in one.picture.marks if m.role in ("name", "value")]
    assert len(texts) > 3
    assert [text for text in texts if text and " ".join(text.split()) not in words] == []


@pytest.mark.parametrize("how", [{}, {"crop": "frame", "theme": "dark", "step": 9, "title": "σ"}])
def test_page_looks_like_the_png(how):
    page = page_of(export(scene(**how), "pdf"))
    image = page.render(scale=4 / 3).to_pil()
    png = opened(export(scene(**how), "png"))
    assert differing(image.resize(png.size), png) < 0.01


def test_hostile_title_is_only_a_title():
    title = '#panic("x") $ \\u{1} ] _a_ "'
    page = page_of(export(scene(crop="frame", title=title), "pdf"))
    assert '#panic("x") $' in page.get_textpage().get_text_range()


def test_pdf_does_not_depend_on_the_clock():
    assert export(scene(), "pdf") == file("01_neuron", "pdf")


def test_outlined_text_is_not_text():
    page = page_of(export(scene(text="paths"), "pdf"))
    assert page.get_textpage().get_text_range().strip() == ""
