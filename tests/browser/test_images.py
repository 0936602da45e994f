"""Images by address in a page of somebody else's: a deck opened from a disk."""

import re

import pytest
from playwright.sync_api import expect

from app.store.code import Saved, encode

CODE = encode(Saved(v=1, source="x = 3.0\ny = x*x", title="<script>document.title='hit'</script>"))


@pytest.fixture
def deck(page, server, tmp_path):
    """A page on the disk that shows these images; their natural sizes."""

    def shown(*names):
        file = tmp_path / "deck.html"
        file.write_text("".join(f'<img src="{server}/img/{name}">' for name in names), "utf-8")
        page.goto(file.as_uri())
        return page.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight])")

    return shown


def test_deck_on_a_disk_shows_every_kind(deck):
    kinds = [f"{CODE}.{suffix}?crop=frame" for suffix in ("svg", "png", "gif", "webp", "apng")]
    sizes = deck(*kinds)
    assert len(sizes) == 5 and all(width / height == 16 / 9 for width, height in sizes)


def test_error_can_be_seen_in_a_deck(deck):
    assert [width for width, _ in deck("nonsense.svg", "0123456789.png")] == [640, 640]


def test_picture_opened_alone_runs_nothing(page, server):
    page.goto(f"{server}/img/{CODE}.svg?text=text")
    expect(page).not_to_have_title(re.compile("^hit"))
    assert page.evaluate("document.querySelectorAll('script').length") == 0
    expect(page.locator("svg")).to_have_count(1)
