"""A reveal.js deck drives players step by step, over http and opened from file://, and they it."""

import functools
import http.server
import shutil
import threading

import pytest
from playwright.sync_api import expect

from app.assets import HERE
from tests.browser.helpers import noted, until, watch
from tests.browser.players import LAST, address, position, written

REVEAL = HERE.parent / "node_modules" / "reveal.js" / "dist"
DECK = """<!doctype html><html><head><meta charset="utf-8"><link rel="stylesheet" href="reveal/reveal.css">
</head><body><div class="reveal"><div class="slides"><section id="first">a</section>
<section><iframe data-gradreel %s src="%s" width="900" height="420"></iframe></section>
<section id="last">end</section></div></div><script src="reveal/reveal.js"></script>
<script src="%s/static/plugin/gradreel-reveal.js"></script>
<script>Reveal.initialize({plugins: [GradreelReveal], hash: true, transition: "none"});</script></body></html>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def deck(page, tmp_path, server, request):
    """Opens the deck where the test wants it: ("file" or "http", embed or standalone)."""
    shutil.copytree(REVEAL, tmp_path / "reveal")
    hosts = []

    def open_(where, what, attributes="", at="", query=""):
        source = address(server, query) if what == "embed" else written(tmp_path).rpartition("/")[2]
        (tmp_path / "deck.html").write_text(DECK % (attributes, source, server))
        base = tmp_path.as_uri()
        if where == "http":
            handler = functools.partial(Quiet, directory=tmp_path)
            host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=host.serve_forever, daemon=True).start()
            hosts.append(host)
            base = f"http://127.0.0.1:{host.server_port}"
        page.goto(f"{base}/deck.html{at}")
        ready = "[data-gradreel-step]" if not query and "print" not in at else ".pdf-page, .ready"
        page.wait_for_selector(ready, state="attached")
        return page, page.frame_locator("iframe")

    yield open_
    for host in hosts:
        host.shutdown()


@pytest.mark.parametrize(
    ("where", "what"), [("file", "embed"), ("http", "embed"), ("file", "standalone")]
)
def test_deck_steps_the_player_both_ways(deck, where, what):
    page, player = deck(where, what)
    expect(page.locator("[data-gradreel-step]")).to_have_count(LAST)
    page.keyboard.press("ArrowRight")
    expect(position(player)).to_have_value("0")
    for step in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        expect(position(player)).to_have_value(str(step))
    page.keyboard.press("ArrowLeft")
    expect(position(player)).to_have_value("2")
    for _ in range(LAST - 2):
        page.keyboard.press("ArrowRight")
    expect(position(player)).to_have_value(str(LAST))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#last")).to_have_class("present")
    page.keyboard.press("ArrowLeft")  # back into the slide: it stands at its end
    expect(position(player)).to_have_value(str(LAST))
    page.keyboard.press("ArrowLeft")
    expect(position(player)).to_have_value(str(LAST - 1))


def test_player_steps_the_deck_and_lets_it_go_on(deck):
    page, player = deck("file", "embed", at="#/1")
    player.locator("body").press("ArrowRight")
    expect(position(player)).to_have_value("1")
    page.wait_for_function("document.querySelectorAll('.fragment.visible').length === 1")
    player.locator("body").press("End")
    page.wait_for_function(f"document.querySelectorAll('.fragment.visible').length === {LAST}")
    player.locator("body").press("ArrowRight")
    expect(page.locator("#last")).to_have_class("present")


def test_playing_inside_takes_the_fragments_along(deck):
    page, player = deck("file", "embed", at="#/1")
    player.locator("#play").press("Enter")  # the deck scales the frame
    page.wait_for_function("document.querySelectorAll('.fragment.visible').length >= 2")
    expect(player.locator("#play")).to_have_attribute("aria-label", "Pause")


def test_named_stops_are_the_only_fragments(deck):
    page, player = deck("file", "embed", 'data-stops="8, 14"', at="#/1")
    expect(position(player)).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(position(player)).to_have_value("8")
    page.keyboard.press("ArrowRight")
    expect(position(player)).to_have_value("14")


def test_film_plays_with_its_slide(deck):
    page, player = deck("file", "embed", query="?autoplay=1&speed=8")
    page.keyboard.press("ArrowRight")
    expect(position(player)).to_have_value(str(LAST))
    expect(page.locator("[data-gradreel-step]")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#last")).to_have_class("present")
    watch(page.frames[1], "() => Number(document.querySelector('#scrub').value)")
    page.keyboard.press("ArrowLeft")
    until(page.frames[1], f"() => noted.length > 1 && noted.at(-1) === {LAST}")
    assert noted(page.frames[1]) == [LAST, *range(LAST + 1)]  # from the start again


def test_later_slide_leaves_the_player_at_its_end(deck):
    _, player = deck("file", "embed", at="#/2")
    expect(position(player)).to_have_value(str(LAST))


def test_print_shows_every_declared_step(deck):
    page, _ = deck("http", "embed", 'data-steps="14" data-stops="8,14"', at="?print-pdf")
    page.wait_for_function("document.querySelectorAll('.pdf-page iframe').length === 3")
    for place, step in enumerate(("0", "8", "14")):
        expect(position(page.frame_locator("iframe").nth(place))).to_have_value(step)
