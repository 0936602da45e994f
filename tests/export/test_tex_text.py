"""Escaped text prints as it is and commands nothing."""

import random
import re
import unicodedata

import pytest

from app.export.tex_text import ALLOWED, escaped


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        (r"\input{a}", r"\textbackslash{}input\{a\}"),
        ("50 % of $x_1^^M", r"50 \% of \$x\_1\textasciicircum{}\textasciicircum{}M"),
        ("−0.08 × σ", r"\ensuremath{-}0.08 \ensuremath{\times} \ensuremath{\sigma}"),
        ("𝐖𝑥𝟏", "Wx1"),
        ("ŷ é Å", r"\^{y} \'{e} \r{A}"),
        ("x₁²", r"x\textsubscript{1}\textsuperscript{2}"),
        ("≠", r"\ensuremath{\neq}"),
        ("中", "U+4E2D"),
        ("a\u202e\x00\nb", "a b"),
        ("--,,<<?`", r"{-}{-}{,}{,}\textless{}\textless{}{?}\textasciigrave{}"),
    ],
)
def test_signs_are_written_safely(text, tex):
    assert escaped(text) == tex


def test_nothing_but_known_commands_comes_out():
    draw = random.Random(0)
    pool = [chr(c) for c in range(0x250)] + list("\\{}$&#_%^~") * 20
    pool += [chr(draw.randrange(0x250, 0x20000)) for _ in range(20_000)]
    for _ in range(400):
        text = "".join(draw.choices(pool, k=40))
        out = escaped(text)
        assert out.isascii() and "^^" not in out and "\n" not in out
        assert set(re.findall(r"\\(?:[A-Za-z]+|.)", out)) <= ALLOWED
        bare = re.sub(r"\\.", "", out)
        assert bare.count("{") == bare.count("}") and "$" not in bare and "%" not in bare


def test_every_greek_letter_is_mathematics():
    for code in range(0x391, 0x3CA):
        if unicodedata.category(chr(code)) in ("Lu", "Ll"):
            assert escaped(chr(code)).startswith(r"\ensuremath{"), chr(code)
