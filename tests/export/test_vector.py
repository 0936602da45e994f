"""SVG files are portable, speak to screen readers, and look the same with outlines."""

from xml.etree import ElementTree

import pytest
import resvg_py

from app.export import export
from app.export.raster import pixels_of
from tests.export.conftest import file, scene
from tests.export.looks import differing, opened

TAGS = {"svg", "g", "rect", "path", "circle", "text", "title", "desc"}


def test_only_portable_elements(name):
    root = ElementTree.fromstring(file(name, "svg"))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= TAGS
    attributes = {key for element in root.iter() for key in element.attrib}
    assert not attributes & {"style", "class", "href", "onload"}
    assert root.find("{*}title").text


def test_outlined_text_needs_no_font(name):
    root = ElementTree.fromstring(export(scene(name, text="paths"), "svg"))
    assert root.findall(".//{*}text") == []


def test_outlines_look_like_the_font(typefaces):
    by_font = resvg_py.svg_to_bytes(
        svg_string=file("01_neuron", "svg").decode(),
        skip_system_fonts=True,
        font_files=[str(path) for path in typefaces.iterdir()],
    )
    outlined = pixels_of(export(scene(text="paths"), "svg").decode())
    assert differing(opened(bytes(by_font)), outlined) < 0.002


@pytest.mark.parametrize("crop", ["graph", "frame"])
def test_hostile_title_is_escaped(crop):
    text = export(scene(crop=crop, title="</title><script>\x00 & ᵀ漢"), "svg").decode()
    assert "<script" not in text
    ElementTree.fromstring(text)
