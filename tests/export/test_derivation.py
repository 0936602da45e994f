"""The derivation as a document: its lines, its program, and nothing a stranger can command."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from app.errors import LimitError
from app.explain import run
from app.explanations import Derivation, Derive, DerivedStep
from app.export import How, export, scene_of
from app.protocol import Job
from tests.export.programs import NEURON

EXAMPLES = sorted(Path("examples").glob("[0-9]*.*"))


def document(source, **changes):
    finished = run(Job(source=source))
    derivation = finished.answer(Derive())
    assert isinstance(derivation, Derivation), derivation
    scene = scene_of(finished.outcome.graph, None, How(title="50 % of $L$"))
    derivation = msgspec.structs.replace(derivation, **changes)
    scene = msgspec.structs.replace(scene, derivation=derivation)
    return derivation, export(scene, "derivation.tex").decode("ascii")


def test_every_line_is_written():
    derivation, text = document(NEURON)
    assert text.count(r"\item ") == len(derivation.steps) > 5
    assert all(step.latex in text for step in derivation.steps)
    assert all(form.latex in text for form in derivation.closed) and derivation.closed
    assert r"Derivation of 50 \% of \$L\$" in text


@pytest.mark.parametrize("example", EXAMPLES[7:9] + EXAMPLES[19:20], ids=lambda path: path.stem)
def test_no_line_of_an_example_is_refused(example):
    assert "was left out" not in document(example.read_text("utf-8"))[1]


def test_line_of_a_stranger_is_refused():
    bad = DerivedStep(node="n1", edges=[], latex=r"\input{x}", numbers=r"= 1 \write18{ls}")
    text = document(NEURON, steps=[bad], closed=[])[1]
    assert "\\input" not in text and "\\write" not in text
    assert text.count("was left out") == 2


def test_without_derivation_says_so():
    scene = scene_of(run(Job(source=NEURON)).outcome.graph, None, How())
    with pytest.raises(LimitError) as raised:
        export(scene, "derivation.tex")
    assert raised.value.problem.code == "no_derivation"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here")
def test_document_compiles(tmp_path):
    hostile = NEURON + "# \\end{document} \\input{x} $ % ^^M 中\n"
    (tmp_path / "a.tex").write_text(document(hostile)[1], "ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert re.search(r"Output written", done.stdout) and "Overfull" not in done.stdout
