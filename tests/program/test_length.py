"""Long and nasty texts in; an end to reading each, out: what took time in the square or cube of a
text's length would keep these tests very long."""

from __future__ import annotations

import pytest

from app.errors import ProgramError
from app.program import read
from app.protocol import Job
from app.settings import settings

NASTY = {
    "one_word": ("a", None),
    "one_word_of_a_broken_program": ("a", "torch"),
    "underscores": ("_", None),
    "greek": ("σ", None),
    "calls": ("Linear(1,1) ", None),
    "vectors": ("[1,2],", "math"),
    "opened": ("(1,2", "math"),
    "comparisons": ("   <", "math"),
    "blank_lines": ("\n ", None),
    "blank_lines_of_latex": ("\n", "latex"),
    "opened_formulas": ("\\(", "latex"),
    "domains": ("\\mathbb{R}a", "latex"),
    "lines_of_prose": ("a b c\n", "torch"),
    "entries": ("\nn_head: 1", None),
    "layers": ("\n1 ", "network"),
    "one_number": ("1", "network"),
    "spaces_after_a_derivative": (" ", "math"),
}
BEFORE = {
    "layers": "",
    "one_number": "784 → ",
    "one_word_of_a_broken_program": "$",
    "spaces_after_a_derivative": "d/dx x",
    "greek": "$",
}
AFTER = {"spaces_after_a_derivative": "x"}


@pytest.mark.parametrize("name", NASTY)
def test_reading_ends(name: str) -> None:
    part, language = NASTY[name]
    middle = (part * settings().source_bytes)[: settings().source_bytes // 8]
    source = BEFORE.get(name, "x = ") + middle + AFTER.get(name, "")
    try:
        assert read(Job(source=source, language=language)).code
    except ProgramError as error:
        assert error.problem.code not in ("internal", "source_too_large")
