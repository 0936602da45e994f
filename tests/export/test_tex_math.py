"""Formulas pass as they are; whatever is more than mathematics does not pass."""

import pytest

from app.export.tex_math import readable
from app.ops.formula import latex
from app.ops.table import TABLE


@pytest.mark.parametrize("op", sorted(TABLE))
def test_every_formula_of_the_table_passes(op):
    row = TABLE[op]
    for text in [row.value, *row.let.values(), *row.local.values(), *row.vjp.values()]:
        assert readable(latex(text)) is not None, latex(text)


@pytest.mark.parametrize(
    "formula",
    [
        r"\input{/etc/passwd}",
        r"\write18{ls}",
        r"\immediate x",
        r"\catcode 1",
        r"\def\x{\x}\x",
        r"\csname input\endcsname",
        r"x^^5cinput",
        r"x$ \text{y}",
        r"x % y",
        r"a & b",
        r"\text{x}}{",
        r"{" * 200 + "}" * 200,
        r"\left( x",
        r"\begin{document}\end{document}",
        r"\begin{cases} x",
        r"\begin x \end x",
        "x\ny",
        "x" * 30_000,
        "x\\",
        "~#1",
    ],
)
def test_anything_else_is_refused(formula):
    assert readable(formula) is None


def test_names_with_signs_are_written_out():
    assert readable(r"\text{ñ} = 1") == r"\text{\~{n}} = 1"
    assert readable(r"\begin{cases} 1 & x \\ 2 & y \end{cases}") is not None
