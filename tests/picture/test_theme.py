"""The colours of files are the colours of the page."""

import re

import pytest

from app.assets import HERE
from app.picture.theme import THEMES, mix

#: name in Python → name in CSS, where they differ
NAMES = {"soft": "ink-soft", "blue": "forward", "orange": "backward", "green": "update"}
NAMES |= {"red": "error"} | {f"{a}_wash": f"{b}-wash" for a, b in list(NAMES.items())[1:]}


@pytest.mark.parametrize(
    ("theme", "block"), [("light", r":root \{(.*?)\}"), ("dark", r'="dark"\] \{(.*?)\}')]
)
def test_theme_agrees_with_the_page(theme, block):
    css = (HERE.parent / "static" / "css" / "theme.css").read_text("utf-8")
    found = dict(re.findall(r"--([\w-]+): (#\w+)", re.search(block, css, re.DOTALL)[1]))
    for name in THEMES[theme].__struct_fields__:
        assert getattr(THEMES[theme], name) == found[NAMES.get(name, name)], name


def test_mix_is_between():
    assert mix("#ff0000", "#0000ff", 0.5) == "#800080"
    assert mix("#123456", "#ffffff", 1) == "#123456"
