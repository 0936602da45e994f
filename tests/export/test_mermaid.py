"""The flowchart has Mermaid's grammar, whatever a program calls things."""

import re

import pytest

from app.errors import LimitError
from app.export import export, mermaid
from app.export.mermaid import escaped
from tests.export.programs import HOSTILE, LOOP, NEURON, scene

LABEL = r'"(?:[^"#;<>`*_{}|\\]|#\d+;|<b>|</b>|<br/>)*"'
LINES = [
    r"---",
    r'title: "(?:[^"\\]|\\.)*"',
    r"flowchart LR",
    rf"c\d+(?:\(\[{LABEL}\]\)|\({LABEL}\)|\[\[{LABEL}\]\]|\[{LABEL}\])",
    rf"c\d+ -->(?:\|{LABEL}\|)? c\d+",
    rf"subgraph g\d+\[{LABEL}\]",
    r"end",
    r"classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}(?:,stroke-dasharray:5 4)?",
    r"class [cg]\d+(?:,[cg]\d+)* [a-z]+",
]


def text_of(drawn):
    return export(drawn, "mmd").decode()


@pytest.mark.parametrize("source", [NEURON, HOSTILE, LOOP])
def test_every_line_is_grammar(source):
    text = text_of(scene(source, title='a: "b" \\ %%{init}%%\n---'))
    assert text.endswith("\n")
    for line in text.splitlines():
        assert any(re.fullmatch(pattern, line.strip()) for pattern in LINES), line


def test_numbers_are_there():
    text = text_of(scene(NEURON))
    assert "<b>z</b> +<br/>2.42<br/>∂ −0.08166" in text
    assert '-->|"−1.089"|' in text


def test_scopes_are_subgraphs():
    text = text_of(scene(LOOP))
    assert (
        len(re.findall(r"^\s*subgraph", text, re.M))
        == len(re.findall(r"^\s*end$", text, re.M))
        == 4
    )


def test_signs_become_codes():
    assert escaped('a"`<b>#;\x00_') == "a#34;#96;#60;b#62;#35;#59;#95;"


def test_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(mermaid, "EDGES", 3)
    with pytest.raises(LimitError) as raised:
        text_of(scene(NEURON))
    assert "3 edges" in raised.value.problem.message
    monkeypatch.setattr(mermaid, "EDGES", 500)
    monkeypatch.setattr(mermaid, "CHARACTERS", 100)
    with pytest.raises(LimitError) as raised:
        text_of(scene(NEURON))
    assert "100 characters" in raised.value.problem.message
