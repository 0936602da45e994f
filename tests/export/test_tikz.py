"""The Beamer document compiles, plays every step, and no name in it is a command."""

import re
import shutil
import subprocess

import pytest

from app.errors import LimitError
from app.export import export
from app.export.tex_text import ALLOWED
from app.export.tikz_marks import overlays, points
from tests.export.programs import HOSTILE, NEURON, scene


def tex_of(source, **how):
    return export(scene(source, **how), "tex").decode("ascii")


def test_every_step_has_an_overlay():
    text = tex_of(NEURON)
    steps = len(scene(NEURON).steps)
    captions = re.findall(r"^\\only<(\d+)>\{\\textcolor", text, re.MULTILINE)
    assert [int(number) for number in captions] == list(range(1, steps + 1))


def test_gradient_comes_after_its_value():
    text = tex_of(NEURON)
    value = re.search(r"\\only<(\d+)[^>]*>\{\\node[^\n]*\{2\.42\};", text)
    gradient = re.search(r"\\only<(\d+)[^>]*>\{\\node[^\n]*\\partial\} \\ensuremath", text)
    assert value and gradient and int(value[1]) < int(gradient[1])


def test_single_step_has_no_overlays():
    assert r"\only" not in tex_of(NEURON, first=5, last=5)


def test_colours_follow_the_theme():
    assert "{gr-paper}{HTML}{121418}" in tex_of(NEURON, theme="dark")
    assert "background canvas" not in tex_of(NEURON, background="transparent")


def test_hostile_names_command_nothing():
    text = tex_of(HOSTILE, title=r"\input{x} $% ^^ 中")
    bodies = re.findall(r"at \([^)]*\) \{(.*?)\};", text)
    bodies += re.findall(r"\\textcolor\{gr-soft\}\{(.*)\}\}%", text)
    bodies += re.findall(r"\\begin\{frame\}\{(.*)\}", text)
    assert any("input" in body for body in bodies)
    for body in bodies:
        assert set(re.findall(r"\\(?:[A-Za-z]+|.)", body)) <= ALLOWED
    assert "^^" not in text and r"\input" not in text and r"\write" not in text


def test_braces_and_environments_balance():
    bare = re.sub(r"\\.", "", re.sub(r"^%.*$", "", tex_of(HOSTILE), flags=re.MULTILINE))
    assert bare.count("{") == bare.count("}")
    text = tex_of(HOSTILE)
    for name in ("document", "frame", "tikzpicture"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") == 1


def test_heatmaps_are_drawn():
    drawn = scene(
        "import torch\nw = torch.arange(-4.0, 5.0).reshape(3, 3).requires_grad_()\n(w * w).sum().backward()\n",
        first=999,
    )
    thumbs = [mark for mark in drawn.picture.marks if mark.role == "thumb"]
    text = export(drawn, "tex").decode("ascii")
    assert text.count("gr thumb]") == len(thumbs) > 2
    assert text.count("fill={rgb,255:red,") > len(thumbs)


def test_too_many_steps_are_refused(monkeypatch):
    monkeypatch.setenv("GRADREEL_TEX_OVERLAYS", "5")
    from app.settings import settings

    settings.cache_clear()
    try:
        with pytest.raises(LimitError) as raised:
            tex_of(NEURON)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert raised.value.problem.code == "tex_too_many_steps"


def test_paths_become_curves():
    path = "M1.0,2.0C3.0,4.0 5.0,6.0 7.0,8.0"
    assert points(path) == "(1.0,2.0) .. controls (3.0,4.0) and (5.0,6.0) .. (7.0,8.0)"
    assert points("M0,0L1,2L-3,4Z") == "(0,0) -- (1,2) -- (-3,4) -- cycle"


def test_overlays_are_ranges():
    assert overlays([1, 2, 3, 7, 9, 10]) == "1-3,7,9-10"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here")
@pytest.mark.parametrize("source", [NEURON, HOSTILE])
def test_document_compiles(source, tmp_path):
    (tmp_path / "a.tex").write_text(tex_of(source, title=r"\input{x} $% ^^ 中"), "ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert f"({len(scene(source).steps)} pages" in done.stdout
    assert "Overfull" not in done.stdout


def test_what_is_no_number_is_red():
    text = tex_of(
        "import torch\nx = torch.tensor(-1., requires_grad=True)\ny = x.sqrt()\ny.backward()"
    )
    inks = set(re.findall(r"text=(gr-\w+)[^;]*\{[^;{}]*NaN\};", text))
    assert inks == {"gr-red"}


def test_letters_are_scaled_not_cut_smaller():
    text = tex_of(NEURON)
    assert r"scale={#1*\gradreelunit/10}" in text and r"\fontsize{10pt}" in text
