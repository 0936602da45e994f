"""Long runs on the page: stage, ops and time, a sketch before the end, a way to stop."""

import re

from playwright.sync_api import expect

from tests.browser.helpers import address_of, noted, rest, serious_violations, until, watch, write

#: a forward of a moment, and a backward that rests after its first op
SLOW = """import torch, time
x = torch.full((100,), 2.0, requires_grad=True)
y = x
for k in range(14):
    y = y.sin()
z = y * 2
y.register_hook(lambda g: time.sleep({seconds}))
z.register_hook(lambda g: time.sleep(1.0))
loss = z.sum()
loss.backward()
"""
#: longer than the deadline: only for tests that stop it
LONG = 60

#: of a sketch, where the middle of each card belongs, whatever glides there just now
CARDS = """() => {
    const layer = document.querySelector('#stage .layer');
    return layer && Object.fromEntries([...layer.querySelectorAll('.card')].map((card) => {
        const {x, y, width, height} = card.getBBox(), to = layer.getScreenCTM();
        return [card.id, [to.a * (x + width / 2) + to.e, to.d * (y + height / 2) + to.f].map(Math.round)];
    }));
}"""
IS_SKETCH = "document.querySelector('#stage').classList.contains('is-sketch')"


def test_sketch_becomes_the_result_and_its_first_cards_stay(app):
    watch(app, f"() => {IS_SKETCH} ? ({CARDS})() : null")
    write(app, SLOW.format(seconds=2))
    until(app, "() => noted.some((one) => one) && noted.at(-1) === null")
    expect(app.locator("#busy")).to_be_hidden()
    before = [one for one in noted(app) if one][-1]
    rest(app)
    after = app.evaluate(CARDS)
    assert len(before) > 10 and set(before) <= set(after)
    moved = [abs(a - b) for a, b in zip(after["n1.card"], before["n1.card"])]
    assert max(moved) <= 1  # what is first stays; what follows makes room for gradients


def test_outline_says_what_follows_and_every_card_stays(app):
    is_outline = "document.querySelector('#busy').textContent.includes('gradients follow')"
    watch(app, f"() => {is_outline} ? ({CARDS})() : null")
    loop = "for k in range(420):\n    x = (x @ w).tanh() * 0.5 + x.sin()\n"
    head = "import torch\nw = torch.eye(9, requires_grad=True)\nx = torch.ones(9)\n"
    write(app, f"{head}{loop}loss = x.sum()\nloss.backward()")
    until(app, "() => noted.some((one) => one) && noted.at(-1) === null")
    expect(app.locator("#busy")).to_be_hidden()
    before = [one for one in noted(app) if one][-1]
    rest(app)
    after = app.evaluate(CARDS)
    assert len(before) > 3 and set(before) == set(after)
    assert all(abs(a - b) <= 1 for one in before for a, b in zip(after[one], before[one]))


def test_what_is_folded_in_a_sketch_stays_folded_in_the_result(app):
    write(app, SLOW.format(seconds=1))
    expect(app.locator("#stage")).to_have_class(re.compile("is-sketch"))
    app.locator(".mark.scope-label").first.click()
    folded = app.locator(".mark.card[data-scope]")
    expect(folded).to_have_count(1)
    expect(app.locator("#busy")).to_be_hidden()
    expect(folded).to_have_count(1)
    address_of(app, lambda saved: saved.closed == [folded.get_attribute("data-scope")])


def test_run_can_be_stopped_and_its_sketch_stays(app):
    write(app, SLOW.format(seconds=LONG))
    expect(app.locator("#stage")).to_have_class(re.compile("is-sketch"))
    expect(app.locator("#busy")).to_contain_text("of 17 autograd nodes")
    expect(app.locator("#busy .clock")).to_contain_text(re.compile(r"\d\.\d s"))
    assert serious_violations(app) == []
    app.locator(".picture .card").nth(2).click()
    expect(app.locator("#panel")).to_contain_text("The program still runs")
    app.locator("#tab-memory").click()
    expect(app.locator("#panel")).to_contain_text("The program still runs")
    app.locator("#cancel").click()
    expect(app.locator("#problem .is-calm")).to_contain_text("cancelled")
    expect(app.locator("#busy")).to_contain_text("this is how far it was drawn")
    expect(app.locator("#panel")).to_contain_text("The run was stopped")
    expect(app.locator("#cancel")).to_be_hidden()
    expect(app.locator("#stage")).to_have_class(re.compile("is-stale"))
    write(app, "y = 2.0 * 3.0")
    expect(app.locator("#busy")).to_be_hidden()
    expect(app.locator("#stage")).not_to_have_class(re.compile("is-stale"))
    expect(app.locator("#panel")).not_to_contain_text("The program still runs")


def test_stopping_is_offered_after_a_second(app):
    watch(
        app,
        """() => [document.querySelector('#busy').hidden, parseFloat(document.querySelector('#busy .clock').textContent),
            !document.querySelector('#cancel').hidden]""",
    )
    write(app, "import time\ntime.sleep(1.6)\ny = 2.0 * 3.0")
    until(app, "() => noted.some(([isGone]) => !isGone) && noted.at(-1)[0]")
    shown = [(seconds, is_offered) for gone, seconds, is_offered in noted(app) if not gone]
    assert shown[-1][1] and all(
        seconds == 1 or is_offered == (seconds > 1) for seconds, is_offered in shown
    ), shown
    expect(app.locator("#busy .clock")).to_have_attribute(
        "title", re.compile("20 s.*GRADREEL_DEADLINE_S")
    )
