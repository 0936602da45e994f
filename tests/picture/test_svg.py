"""The SVG is portable, honest about steps, and safe with hostile names."""

import re
from xml.etree import ElementTree

import pytest

from app.autograd import run
from app.picture import draw, state, svg
from app.picture.theme import LIGHT
from app.protocol import Job

TAGS = {"svg", "g", "rect", "path", "circle", "text"}
NEURON = "x = 1.1\ny = 1.0\nw = 2.2\nb = 0\nz = w x + b\na = sigmoid(z)\nL = BCE(a, y)\n"


def graph_of(source):
    return run(Job(source=source)).outcome.graph


@pytest.fixture(scope="module")
def picture():
    return draw(graph_of(NEURON))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_only_portable_elements(picture, theme):
    root = ElementTree.fromstring(svg(picture, theme))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= TAGS
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"style", "class", "href", "onload"}


def test_final_picture_shows_every_number(picture):
    text = svg(picture)
    for number in ("2.42", "0.9183", "0.08519", "∂ −0.08983", "∂ −0.08166", "−1.089"):
        assert number in text


def test_gradients_are_not_shown_before_they_arrive(picture):
    assert "∂" not in svg(picture, step=7)


def test_step_beyond_the_end_is_the_end(picture):
    assert svg(picture, step=10**9) == svg(picture)


def test_fan_out_shows_its_sum():
    picture = draw(graph_of("x = 3\ny = x*x + 2x"))
    sums = [s.text for key, s in state(picture, -1).items() if key.endswith(".sum") and s.text]
    assert sums == ["2 + 3 + 3 = 8"]


def test_due_badge_counts_down():
    picture = draw(graph_of("x = 3\ny = x*x + 2x"))
    texts = [
        change.text
        for step in picture.steps
        for change in step.changes
        if change.mark.endswith(".due") and change.text is not None
    ]
    assert "1" in texts


def test_hostile_names_are_escaped():
    source = 'import torch\nclass A(torch.autograd.Function):\n    @staticmethod\n    def forward(c, x): return x * 1\n    @staticmethod\n    def backward(c, g): return g\nA.__name__ = "</text><script>alert(1)</script>\\x00\\u202e" + "x" * 5000\ny = A.apply(torch.ones(1, requires_grad=True))\n'
    text = svg(draw(graph_of(source)), screen=True)
    assert "<script" not in text
    assert len(text) < 60_000
    ElementTree.fromstring(text)


def test_cards_do_not_overlap():
    picture = draw(graph_of(NEURON))
    cards = [m for m in picture.marks if m.role == "card"]
    for k, a in enumerate(cards):
        for b in cards[k + 1 :]:
            apart = a.x + a.width <= b.x or b.x + b.width <= a.x
            assert apart or a.y + a.height <= b.y or b.y + b.height <= a.y


def test_screen_marks_carry_their_ids(picture):
    text = svg(picture, screen=True)
    assert len(re.findall(r' data-node="n\d+"', text)) >= 8
    assert 'role="button"' in text


def test_what_is_not_a_number_is_drawn_red():
    graph = graph_of(
        "import torch\nx = torch.tensor(-1.0, requires_grad=True)\ny = x.sqrt()\ny.backward()\n"
    )
    assert f'fill="{LIGHT.red}"' in svg(draw(graph))
    assert f'fill="{LIGHT.red}"' not in svg(draw(graph_of(NEURON)))


def test_no_number_is_cut_where_its_card_grows_with_it():
    graph = graph_of(
        "import torch\nx = torch.tensor([0.0, 1.0, -1.0], requires_grad=True)\n"
        "y = torch.sqrt(x)\nz = torch.log(x)\nloss = (y * z).sum()\nloss.backward()\n"
    )
    picture = draw(graph)
    assert not [
        text for mark in picture.marks if "…" in (text := state(picture, -1)[mark.id].text or "")
    ]
