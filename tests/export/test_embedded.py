"""The font inside a file holds the glyphs it needs and no others."""

import base64
import io
import re

from fontTools.ttLib import TTFont

from app.export.embedded import font_faces

LINES = '<text x="1">a∂&amp;ᵀ</text><text font-weight="600">b</text>'


def fonts_of(rules):
    found = re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]+)\)", rules)
    return {
        weight: set(TTFont(io.BytesIO(base64.b64decode(code))).getBestCmap())
        for weight, code in found
    }


def test_glyphs_are_those_of_the_text():
    assert fonts_of(font_faces(LINES, "g")) == {
        "400": {ord("a"), ord("∂"), ord("&")},
        "600": {ord("b")},
    }


def test_unused_weight_is_left_out():
    rules = font_faces("<text >a</text>", "g")
    assert list(fonts_of(rules)) == ["400"]
    assert rules.endswith(".g{font-family:g,'IBM Plex Sans','DejaVu Sans',sans-serif}")


def test_same_text_gives_the_same_bytes():
    assert font_faces(LINES, "g") == font_faces(LINES, "g")
