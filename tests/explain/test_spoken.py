"""Words inside formulas come in the reader's language; names stay."""

import pytest

from app.explanations import EdgeCard

RELU = "import torch\nmore_x = torch.tensor([[1., 2.]] * 9, requires_grad=True)\nelse_ = torch.relu(more_x)\nL = else_.sum(0)[0]\nL.backward()"


@pytest.mark.parametrize(("lang", "word"), [("en", "else"), ("es", "si no")])
def test_cases_are_spoken(asked, lang, word):
    run = asked(RELU, lang=lang)
    card = run.ask(EdgeCard(edge=run.edge("more_x", "relu").id))
    text = " ".join(line.latex for line in card.lines)
    assert rf"\text{{{word}}}" in text and "else" in text.replace(rf"\text{{{word}}}", "")


def test_windows_are_spoken(asked):
    source = "import torch\nx = torch.randn(1, 1, 4, 4, requires_grad=True)\ny = torch.nn.functional.max_pool2d(x, 2)\ny.sum().backward()"
    run = asked(source, lang="es")
    card = run.ask(EdgeCard(edge=run.edge("x", "max_pool2d").id))
    assert any("al mayor de cada ventana" in line.latex for line in card.lines)
