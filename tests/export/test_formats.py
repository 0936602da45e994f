"""Every format of pictures takes both views and the words of a stranger."""

import pytest

from app.autograd import run
from app.export import FORMATS, How, export, scene_of
from app.protocol import Job
from tests.export.conftest import scene
from tests.export.looks import opened

PICTURES = ["svg", "png", "pdf", "gif", "apng", "webp", "mp4", "motion.svg"]
HOSTILE = (
    "import torch\nclass A(torch.autograd.Function):\n"
    "    @staticmethod\n    def forward(c, x): return x * 1\n"
    "    @staticmethod\n    def backward(c, g): return g\n"
    'A.__name__ = "]]></text><script>alert(1)</script>{}#$\\\\%\\x01\\u202e漢🂡" + "x" * 500\n'
    "y = A.apply(torch.ones(1, requires_grad=True))\n"
)


@pytest.mark.parametrize("suffix", PICTURES)
def test_hostile_names_are_only_names(suffix):
    outcome = run(Job(source=HOSTILE)).outcome
    assert outcome.graph is not None
    title = "</style><script>\x00\ud800 ]]> 漢 " + "w" * 150
    how = How(scale=0.4, crop="frame", title=title, seconds=0.1)
    one = scene_of(outcome.graph, outcome.autograd, how)
    assert any("script" in (mark.text or "") for mark in one.picture.marks)
    content = export(one, suffix)
    assert len(content) > 1000 and b"<script" not in content


@pytest.mark.parametrize("suffix", PICTURES)
def test_the_autograd_view_is_exported_too(suffix):
    one = scene("05_fan_out", view="autograd", scale=0.5, first=2)
    assert one.picture.marks != scene("05_fan_out").picture.marks
    content = export(one, suffix)
    assert len(content) > 1000
    if suffix in ("png", "gif", "apng", "webp"):
        assert opened(content).size == (
            round(one.picture.width * 0.5),
            round(one.picture.height * 0.5),
        )


def test_formats_say_how_they_travel():
    for suffix in PICTURES:
        assert FORMATS[suffix].suffix == suffix
        assert FORMATS[suffix].media.split("/")[0] in ("image", "video", "application")
