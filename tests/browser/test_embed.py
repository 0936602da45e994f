"""An embed in somebody else's page: it plays, hides, obeys messages and hands keys back."""

import re

import pytest
from playwright.sync_api import expect

from app.store.code import Saved, encode
from tests.browser.helpers import boxes, noted, rest, serious_violations, until, watch
from tests.browser.players import HOSTILE, LAST, address, position

#: a page of another origin that frames a player and writes down what it says
HOST = """<!doctype html><title>host</title><script>
window.heard = [];
addEventListener("message", (e) => heard.push(e.data));
window.tell = (message) => frames[0].postMessage(message, "*");
</script><iframe src="%s" width="640" height="360"></iframe>"""

#: names of modules are the program's own text
HOSTILE_PROGRAM = """import torch
name = "</script><img src=x onload=alert(1) onerror=alert(1)>"
net = torch.nn.ModuleDict({name: torch.nn.Linear(1, 1), "javascript:alert(1)": torch.nn.ReLU()})
print(name)
loss = net["javascript:alert(1)"](net[name](torch.ones(1))).sum()
loss.backward()
"""


@pytest.fixture
def embed(page, server):
    """Opens an embed; no console error may have appeared at the end."""
    errors = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))

    def open_(query="", name="01_neuron"):
        page.goto(address(server, query, name))
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_
    assert errors == []


@pytest.fixture
def framed(page, server, tmp_path):
    """The same inside a page opened from file://; what it hears is in `heard`."""
    path = tmp_path / "host.html"
    path.write_text(HOST % address(server, "?step=0&speed=8"))
    page.goto(path.as_uri())
    page.wait_for_function("heard.some((m) => m.type === 'ready')")
    return page


def heard(page, kind):
    return page.evaluate("(kind) => heard.filter((m) => m.type === kind)", kind)


def test_plays_forwards_and_backwards(embed):
    page = embed("?autoplay=1&speed=8")
    expect(position(page)).to_have_value(str(LAST))
    for expected in (LAST - 1, LAST - 2):
        page.keyboard.press("ArrowLeft")
        expect(position(page)).to_have_value(str(expected))
    expect(page.locator("#sentence")).to_contain_text("b.grad")
    page.keyboard.press("Home")
    until(page, "() => document.querySelectorAll('.mark.is-waiting').length > 10")
    assert page.context.cookies() == []


def test_loop_starts_again(embed):
    page = embed("?autoplay=1&loop=1&speed=8")
    watch(page, "() => Number(document.querySelector('#scrub').value)")
    until(page, f"() => noted.indexOf({LAST}) >= 0 && noted.indexOf({LAST}) < noted.lastIndexOf(1)")
    seen = noted(page)
    assert seen[seen.index(LAST) :][:2] == [LAST, 0]
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")


def test_controls_leave_a_playing_picture_alone(embed):
    page = embed("?autoplay=1&loop=1&speed=0.5")
    expect(page.locator("html")).to_have_class("is-quiet")
    watch(page, "() => document.documentElement.classList.contains('is-quiet')")
    page.mouse.move(200, 200)
    until(page, "() => noted.includes(false)")
    bare = embed("?controls=0")
    expect(bare.locator("#bar button")).to_have_count(0)
    bare.keyboard.press("ArrowLeft")
    expect(bare.locator("#sentence")).to_contain_text("backward", ignore_case=True)


def test_hidden_gradients_are_in_no_accessible_text(embed):
    page = embed("?hide=gradients")
    shown = page.locator("[id='n3.gradient'] text")
    expect(shown).to_have_text("?")
    tree = page.locator("body").aria_snapshot()
    assert "0.0898" not in tree and "hidden, press to reveal" in tree
    expect(page.locator("#player")).not_to_contain_text("0.0898")
    page.locator(".mark.card[data-node='n3']").click()
    expect(shown).to_have_text("∂ −0.08983")
    expect(page.locator("[id='n4.gradient'] text")).to_have_text("?")
    page.locator("#sentence .masked").click()
    expect(page.locator("#sentence")).to_contain_text("−0.08983")


def test_numbers_of_a_masked_card_stay_covered(embed):
    page = embed("?hide=gradients&step=0")
    page.locator(".mark.card[data-node='n3']").click()
    note = page.locator("#note")
    expect(note.locator("pre.value")).to_have_text("2.2")
    expect(note.locator("pre.gradient")).to_have_count(0)
    note.locator(".masked").click()
    expect(note.locator("pre.gradient")).to_contain_text("−0.0898")


def test_names_values_and_text_can_be_hidden(embed):
    page = embed("?hide=names,values,text&step=8")
    expect(page.locator("[id='n3.name'] text")).to_have_text("?")
    expect(page.locator("[id='n3.value'] text")).to_have_text("?")
    expect(page.locator("#sentence .masked")).to_be_visible()
    page.locator("body").press("r")
    expect(page.locator("[id='n3.value'] text")).to_have_text("2.2")
    page.locator("body").press("r")
    expect(page.locator("[id='n3.value'] text")).to_have_text("?")


def test_query_chooses_theme_title_and_language(embed):
    page = embed("?theme=dark&title=A+<b>neuron&lang=es&step=4")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#title")).to_have_text("A <b>neuron")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Reproducir")
    expect(position(page)).to_have_value("4")
    assert page.title() == "A <b>neuron"


def test_heatmaps_are_hidden_with_their_numbers(embed):
    page = embed("?hide=gradients", "14_attention")
    node = page.locator(".mark.thumb[id$='.gradient_thumb']").first.get_attribute("data-node")
    thumb = page.locator(f"[id='{node}.gradient_thumb']")
    expect(thumb).to_be_hidden()
    expect(page.locator(f"[id='{node}.thumb']")).to_be_visible()
    page.locator(f".mark.card[data-node='{node}']").click()
    expect(thumb).to_be_visible()


def test_zoom_and_drag_move_the_picture(embed):
    page = embed(name="14_attention")
    rest(page)
    left, _, right, _ = boxes(page, ".mark.card")[0]
    page.locator("#stage").hover()
    page.get_by_role("button", name="Zoom in").click()
    first = "document.querySelector('.mark.card').getBoundingClientRect()"
    until(page, f"before => {first}.width > 1.3 * before", right - left)
    page.mouse.move(700, 100)
    page.mouse.down()
    page.mouse.move(800, 140, steps=3)
    page.mouse.up()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".mark.card.is-active")).to_be_in_viewport(ratio=1)
    page.keyboard.press("End")
    expect(page.locator(".mark.card.is-active")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Fit to view").click()
    until(page, f"before => Math.abs({first}.x - before) < 1", left)


def test_zoom_can_be_asked_for(embed):
    page = embed("?zoom=1.5&step=20", "14_attention")
    expect(page.locator(".mark.card.is-active")).to_be_in_viewport(ratio=1)
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".mark.card.is-active")).to_be_in_viewport(ratio=1)
    rest(page)
    left, _, right, _ = boxes(page, ".mark.card")[0]
    assert right - left > 130


def test_axe_finds_nothing_serious(embed):
    for query in ("?step=9", "?theme=dark&hide=gradients,names"):
        assert serious_violations(embed(query)) == [], query


def test_messages_drive_and_tell(framed):
    ready = heard(framed, "ready")[0]
    assert ready == {"gradreel": 1, "type": "ready", "step": 0, "steps": LAST}
    for message, step in (("next", 1), ("next", 2), ("prev", 1)):
        framed.evaluate("(type) => tell({gradreel: 1, type})", message)
        framed.wait_for_function("(step) => heard.at(-1).step === step", arg=step)
    framed.evaluate("tell({gradreel: 1, type: 'goto', step: 13})")
    framed.wait_for_function("heard.at(-1).step === 13")
    assert heard(framed, "step")[-1]["cause"] == "parent"
    framed.evaluate("tell({gradreel: 1, type: 'play'})")
    framed.wait_for_function("heard.some((m) => m.type === 'end')")
    assert heard(framed, "end") == [{"gradreel": 1, "type": "end", "step": LAST, "steps": LAST}]


def test_odd_messages_change_nothing(framed):
    for message in (
        "slide:start",
        {"gradreel": 2, "type": "next"},
        {"gradreel": 1, "type": "constructor"},
        None,
        {"gradreel": 1, "type": "goto", "step": "5"},
        {"gradreel": 1, "type": "goto", "step": 1.5},
        {"gradreel": 1, "type": "goto", "step": None},
        {"gradreel": 1, "type": ["next"]},
        [1],
    ):
        framed.evaluate("(message) => tell(message)", message)
    framed.evaluate("tell({gradreel: 1, type: 'goto', step: 1e9})")
    framed.wait_for_function("heard.some((m) => m.type === 'end')")
    assert [m["step"] for m in heard(framed, "step")] == [LAST]


def test_spent_keys_go_to_the_parent(framed):
    framed.frame_locator("iframe").locator("#stage").click(position={"x": 4, "y": 4})
    for key in ("ArrowLeft", "ArrowRight", "End", "ArrowRight", "PageDown", "ArrowDown", "Escape"):
        framed.keyboard.press(key)
    framed.wait_for_function("heard.at(-1).key === 'Escape'")
    keys = [m["key"] for m in heard(framed, "key")]
    assert keys == ["ArrowLeft", "ArrowRight", "PageDown", "ArrowDown", "Escape"]
    assert [m["step"] for m in heard(framed, "step")] == [1, LAST]
    assert {m["cause"] for m in heard(framed, "step")} == {"viewer"}


def test_hostile_program_executes_nothing(page, server):
    found = []
    page.on("dialog", lambda d: (found.append(d.message), d.dismiss()))
    page.on("pageerror", lambda e: found.append(str(e)))
    page.goto(f"{server}/embed/{encode(Saved(v=1, source=HOSTILE_PROGRAM, title=HOSTILE))}")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#title")).to_contain_text("<img src=x")
    expect(page.locator("#stage")).to_contain_text("onload=")
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
    for card in page.locator(".mark.card[data-node]").all()[:4]:
        card.click()
    assert page.evaluate("window.__hacked") is None and found == []
    assert page.locator("img, iframe, script:not([nonce]):not(#reel)").count() == 0


def test_way_into_the_app_is_kept_from_a_class(embed):
    page = embed()
    expect(page.locator("#app")).to_have_attribute("href", re.compile("/g/"))
    expect(embed("?hide=values").locator("#app")).to_have_count(0)


def test_error_page_is_readable(page, server):
    answer = page.goto(f"{server}/embed/nonsense")
    assert answer.status == 400
    expect(page.locator("h1")).to_contain_text("damaged")
    assert serious_violations(page) == []
