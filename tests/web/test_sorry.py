"""Pictures of problems: the words fit, nothing escapes, both kinds can be read."""

from __future__ import annotations

from xml.etree import ElementTree

from app.errors import Problem
from app.picture.measure import width
from app.web.sorry import LINES, picture_of, wrapped


def test_hostile_words_stay_words() -> None:
    problem = Problem(
        code="x", message="</title><script>\x00\u202e" + "w" * 9000, hint="&lt;" * 900
    )
    svg = picture_of(problem, "pink", "svg").decode()
    ElementTree.fromstring(svg)
    assert "<script" not in svg and len(svg) < 400_000
    assert picture_of(problem, "dark", "png").startswith(b"\x89PNG")


def test_lines_fit_their_room() -> None:
    lines = wrapped("a word " * 200 + "x" * 500, 20, 300, True)
    assert len(lines) == LINES and all(width(line, 20, True) <= 300 for line in lines)
    assert lines[-1].endswith("…") and wrapped("", 20, 300) == [""]
