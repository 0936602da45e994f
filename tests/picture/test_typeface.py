"""Characters the shipped font lacks are found in another, or shown as missing."""

import pytest

from app.picture.measure import width
from app.picture.typeface import faces, glyph_of


def test_missing_characters_fall_back():
    plex, other = faces(False)
    assert ord("ᵀ") not in plex.names and ord("ᵀ") in other.names
    assert glyph_of("ᵀ", False).units == other.units
    assert glyph_of("漢", False).outline.name == ".notdef"
    assert glyph_of("x", True).units == plex.units


def test_width_is_the_sum_of_advances():
    assert width("ab", 10) == pytest.approx(width("a", 10) + width("b", 10))
    assert width("0", 10) == width("8", 10)
    assert width("ab", 20, True) == 2 * width("ab", 10, True)
