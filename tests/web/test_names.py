"""Names of files: whatever a title says, safe in a header and on a disk."""

from __future__ import annotations

import re

import pytest

from app.web.names import disposition, file_name, stem_of


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("My neuron", "My neuron"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"; filename="b.exe', "a- filename=-b.exe"),
        ("x\r\nSet-Cookie: a=b", "x-Set-Cookie- a=b"),
        ("\x00\u202egpj.exe", "gpj.exe"),
        ("CON", "gradreel"),
        ("nul.tar", "gradreel"),
        ("...", "gradreel"),
        ("", "gradreel"),
        ("σ(z) <script>", "σ(z) -script"),
    ],
)
def test_titles_become_safe(title: str, stem: str) -> None:
    assert stem_of(title) == stem


def test_long_titles_are_cut() -> None:
    assert len(file_name("t" * 5000, None, "svg")) < 80


def test_header_is_plain_ascii() -> None:
    header = disposition("señal ∂.svg")
    assert header.isascii() and "se%C3%B1al" in header
    assert re.search(r'filename="[^"]+"; filename\*=', header)
