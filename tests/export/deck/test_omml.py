"""LaTeX becomes Office's mathematics with the same structure, or honestly nothing."""

import pytest
from lxml import etree

from app.export.deck.drawing import NAMESPACES
from app.export.deck.omml import M, omml


def parsed(latex):
    text = omml(latex, lambda italic: "<a:rPr/>")
    return None if text is None else etree.fromstring(f"<x {M} {NAMESPACES}>{text}</x>")


def tags(latex):
    return [etree.QName(e).localname for e in parsed(latex).iter() if e.tag is not etree.Comment]


@pytest.mark.parametrize(
    ("latex", "tag", "text"),
    [
        (r"\frac{\partial y}{\partial x}", "f", "∂y∂x"),
        (r"x^{2}", "sSup", "x2"),
        (r"v_{5}", "sSub", "v5"),
        (r"a_{1}^{2}", "sSubSup", "a12"),
        (r"\sqrt{x}", "rad", "x"),
        (r"\left(1 - a\right)", "d", "1−a"),
        (r"\hat{y}", "acc", "y"),
        (r"\overline{x}", "bar", "x"),
        (r"\begin{cases}1 & x > 0\\0 & \text{otherwise}\end{cases}", "m", "1x>00otherwise"),
    ],
)
def test_structure_is_kept(latex, tag, text):
    assert tag in tags(latex)
    found = "".join(parsed(latex).itertext())
    assert found.replace("-", "−").replace(" ", "") == text


def test_fences_hold_what_they_enclose():
    root = parsed(r"\left.\frac{a}{b}\right|_{c} + \left(x \left(y\right)\right)")
    fences = [e for e in root.iter() if etree.QName(e).localname == "d"]
    assert len(fences) == 3
    assert "".join(fences[1].itertext()).replace(" ", "") == "xy"


def test_a_letter_leans_and_a_name_does_not():
    leans = []
    omml(r"x + \text{loss}", lambda italic: leans.append(italic) or "<a:rPr/>")
    assert leans == [True, False, False]


@pytest.mark.parametrize(
    "latex",
    ["{" * 3000, "x" * 5000, r"\frac", r"\frac{1}", r"\left(", r"\begin{matrix}", "\x00\ud800", r"\text{</m:t><script>}", "a & b", ""],
    ids=lambda latex: latex[:12].encode("unicode_escape").decode(),
)  # fmt: skip
def test_strange_formulas_stay_well_formed(latex):
    root = parsed(latex)
    assert root is None or not list(root.iter("script"))
