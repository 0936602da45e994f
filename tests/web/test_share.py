"""Sizes of embeds nobody gave a size."""

import pytest

from app.web.share import fitting, title_of


@pytest.mark.parametrize("size", [(100, 100), (997, 357), (3000, 200), (300, 4000), (1, 1)])
def test_iframe_stays_readable(size):
    width, height = fitting(*size)
    assert width == 960 and 380 <= height <= 720


def test_limits_of_the_consumer_are_kept():
    assert fitting(997, 357, (500, 300)) == (500, 269)
    assert fitting(300, 4000, (500, 300)) == (500, 300)
    assert fitting(997, 357, (200, None)) == (200, 160)
    assert fitting(997, 357, (10, 10)) == (10, 10)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# Regresión logística\nimport torch\n", "Regresión logística"),
        ("y = x^2\nz = y + 1", "y = x^2"),
        (
            "import torch\nfrom torch import nn\nw = torch.ones(1)\nloss = w.sum()\nloss.backward()",
            "loss = w.sum()",
        ),
        ("import torch\nfor k in range(3):\n    x = k\n", "import torch"),
        ("\n #\n", "Gradreel"),
    ],
)
def test_a_title_says_what_it_is_about(source, title):
    assert title_of(source) == title
