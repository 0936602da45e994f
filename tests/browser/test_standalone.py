"""One file from disk, the network off: it plays, answers, hides, and executes nothing it was told."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import noted, serious_violations, until, watch
from tests.browser.players import LAST, abridged, hostile, position, written


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return written(tmp_path_factory.mktemp("standalone"))


@pytest.fixture
def alone(page):
    """A page without a network, in which any request, dialog or error is a failure."""
    found = []
    page.context.set_offline(True)
    page.route(
        "**/*",
        lambda r: (
            (found.append(r.request.url), r.abort())
            if not r.request.url.startswith(("file:", "data:"))
            else r.continue_()
        ),
    )
    page.on("dialog", lambda d: (found.append(d.message), d.dismiss()))
    page.on("console", lambda m: found.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: found.append(str(e)))
    yield page
    assert found == []


def test_plays_to_the_end_without_a_network(alone, file):
    alone.goto(file + "?step=0&speed=8")
    expect(alone.locator("#sentence")).to_have_text("The graph, before anything has run")
    alone.locator("#play").click()
    expect(alone.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(position(alone)).to_have_value(str(LAST))
    expect(alone.locator("#sentence")).to_contain_text("w.grad = −0.08983")
    expect(alone.locator("#play")).to_have_attribute("aria-label", "Play")
    expect(alone.locator(".pulse")).to_have_count(0)


def test_opens_finished_and_steps_back(alone, file):
    alone.goto(file)
    expect(position(alone)).to_have_value(str(LAST))
    alone.keyboard.press("ArrowLeft")
    expect(alone.locator("[id='n3.gradient']")).to_have_class(
        "mark gradient kind-parameter is-hidden"
    )
    alone.keyboard.press("Home")
    expect(position(alone)).to_have_value("0")
    alone.keyboard.press("End")
    expect(alone.locator("[id='n3.gradient'] text")).to_have_text("∂ −0.08983")


def test_card_tells_its_numbers_in_full(alone, file):
    alone.goto(file)
    card = alone.locator(".mark.card[data-node='n3']")
    card.focus()
    alone.keyboard.press("Enter")
    note = alone.locator("#note")
    expect(note.locator("h2")).to_have_text("w")
    expect(note.locator("pre.gradient")).to_have_text(re.compile(r"−0\.0898\d{4,}"))
    alone.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(card).to_be_focused()


def test_shipped_font_is_used(alone, file):
    alone.goto(file)
    until(alone, "() => [...document.fonts].filter(f => f.status === 'loaded').length >= 2")


#: how many cards can be seen, and how many of them are chosen
CARDS = """() => {
    const cards = [...document.querySelectorAll("#stage .mark.card")];
    return [cards.filter((card) => card.getBoundingClientRect().width > 0).length,
        cards.filter((card) => card.classList.contains("is-selected")).length];
}"""


def test_narrow_screen_turns_the_picture(alone, file):
    alone.set_viewport_size({"width": 390, "height": 600})
    alone.goto(file)
    expect(alone.locator("#play")).to_be_in_viewport()
    assert alone.evaluate("document.documentElement.scrollWidth") <= 390
    widths = (
        "[...document.querySelectorAll('.mark.card')].map(c => c.getBoundingClientRect().width)"
    )
    until(alone, f"() => Math.min(...{widths}) > 60")  # it flows downwards there
    alone.locator(".mark.card[data-node='n3']").focus()
    alone.keyboard.press("Enter")
    expect(alone.locator(".card.is-selected")).to_have_count(1)
    alone.locator(".mark.card[data-node='n3']").focus()
    watch(alone, CARDS)
    alone.set_viewport_size({"width": 900, "height": 400})
    until(alone, "() => document.querySelector('.layer').getBoundingClientRect().width > 500")
    expect(alone.locator("[id='n3.gradient'] text")).to_have_text("∂ −0.08983")
    expect(alone.locator(".mark.card[data-node='n3']")).to_be_focused()
    assert noted(alone) == [[8, 1]]  # at every moment


def test_axe_finds_nothing_serious(alone, file):
    for theme in ("light", "dark"):
        alone.goto(f"{file}?theme={theme}&step=9")
        alone.locator(".mark.card[data-node='n3']").click()
        assert serious_violations(alone) == [], theme


def test_reduced_motion_jumps(alone, file):
    alone.emulate_media(reduced_motion="reduce")
    alone.goto(file + "?autoplay=1&step=0&speed=4")
    alone.wait_for_timeout(300)
    expect(position(alone)).to_have_value("0")  # nothing moves unasked
    seen = "Number(document.querySelector('#scrub').value)"
    watch(alone, f"() => [{seen}, document.querySelectorAll('.pulse').length]")
    alone.locator("#play").click()
    until(alone, "() => noted.some(([step]) => step >= 3)")
    assert {pulses for _, pulses in noted(alone)} == {0}


def test_hostile_names_execute_nothing(alone, tmp_path):
    alone.goto(hostile(tmp_path))
    for key in ("Home", "ArrowRight", "End"):
        alone.keyboard.press(key)
    for card in alone.locator(".mark.card").all()[:3]:
        card.click(force=True)
        expect(alone.locator("#note h2")).to_contain_text("<img src=x")
    assert alone.evaluate("window.__hacked") is None
    expect(alone.locator("img, script[src], iframe")).to_have_count(0)
    assert "onerror" in alone.title()


def test_finished_picture_needs_no_script(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file)
    expect(page.get_by_text("∂ −0.08983")).to_be_visible()
    expect(page.locator("#bar")).to_be_hidden()
    expect(page.locator(".mark.due").first).to_be_hidden()
    expect(page.locator("noscript p")).to_be_visible()
    context.close()


def test_what_is_folded_away_is_always_said(alone, tmp_path):
    alone.goto(abridged(tmp_path, "3 of 9 nodes are folded away"))
    for key in ("End", "Home", "ArrowRight"):
        alone.keyboard.press(key)
        expect(alone.get_by_text("3 of 9 nodes are folded away")).to_be_visible()
