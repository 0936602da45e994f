"""What a visitor does: read, play, step, choose, break, recover, switch."""

import re

from playwright.sync_api import expect

from tests.browser.helpers import (
    address_of,
    boxes,
    card,
    noted,
    rest,
    serious_violations,
    text_of,
    until,
    watch,
    write,
)

POSITION = "document.querySelector('.position').textContent"


def test_opens_with_a_finished_example(app):
    expect(app.locator(".mark.card")).to_have_count(8)
    expect(app.locator(".ghost", has_text="z = 2.42")).to_have_count(1)
    expect(app.locator("#sentence")).to_have_text("w.grad = −0.08983")


def test_gradient_is_read_off_the_card(app):
    card(app, "w").click()
    expect(app.locator("#inspector h2")).to_have_text("w")
    expect(app.locator("#inspector .tensor.gradient .number")).to_have_text("−0.08983")


def test_plays_from_start_to_end(app):
    app.locator("#speed").select_option("4")
    hidden = "document.getElementById('n8.gradient').classList.contains('is-hidden')"
    watch(app, f"() => [parseInt({POSITION}), {hidden}]")
    app.locator("#play").click()
    until(app, "() => noted.length > 4")
    expect(app.locator(".position")).to_have_text("14 / 14")
    expect(app.locator("#play")).to_have_attribute("aria-label", "Play")
    expect(text_of(app, "n3", "gradient")).to_have_text("∂ −0.08983")
    expect(app.locator(".pulse")).to_have_count(0)
    steps = [step for step, _ in noted(app)]
    assert steps[0] == 14 and steps[1] == 0 and sorted({*steps[1:]}) == list(range(15))
    assert {gone for step, gone in noted(app) if step < 8} == {True}
    assert noted(app)[-1] == [14, False]


def test_steps_back_and_forth(app):
    app.locator("#stage").focus()
    app.keyboard.press("ArrowLeft")
    expect(app.locator(".position")).to_have_text("13 / 14")
    expect(app.locator("[id='n3.gradient']")).to_have_class(re.compile(r"\bis-hidden\b"))
    app.keyboard.press("Home")
    expect(app.locator(".position")).to_have_text("0 / 14")
    app.keyboard.press("End")
    expect(app.locator(".position")).to_have_text("14 / 14")


def test_another_root_can_be_chosen(app):
    card(app, "a").click()
    app.locator("#make-root").click()
    expect(app.locator("#inspector .reason", has_text="root")).to_be_visible()
    app.locator("#stage").click(position={"x": 5, "y": 5})
    row = app.locator(".sortable tbody tr", has_text="w")
    expect(row.locator(".gradient")).to_have_text("0.08249")


def test_error_keeps_the_last_picture(app):
    write(app, "import torch\nx = torch.ones(2, 3) @ torch.ones(2, 3)\n")
    expect(app.locator("#problem .message")).to_contain_text("shape", ignore_case=True)
    write(app, "y = (a +")
    expect(app.locator("#problem .hint")).to_be_visible()
    expect(app.locator("#stage")).to_have_class("is-stale")
    expect(app.locator(".mark.card")).not_to_have_count(0)
    write(app, "y = a^2")
    expect(app.locator("#problem .message")).to_have_count(0)
    expect(app.locator("#stage")).not_to_have_class("is-stale")
    expect(app.locator("#detected")).to_have_text("mathematics")


def test_lost_indentation_is_repaired_with_one_click(app):
    write(
        app,
        "import torch\ndef f(x):\nreturn x * 2\n\nx = torch.tensor(3.0, requires_grad=True)\ny = f(x)\n",
    )
    expect(app.locator(".diff .added").first).to_be_visible()
    app.locator("#accept").click()
    expect(app.locator("#problem .message")).to_have_count(0)
    expect(app.locator(".ghost", has_text="y = 6")).to_have_count(1)


def test_formula_shows_its_torch_code_and_values(app):
    write(app, "L = (σ(w x) - 1)²")
    expect(app.locator("#inputs input")).to_have_count(2)
    app.locator("#code-button").click()
    expect(app.locator("#code pre")).to_contain_text("torch.sigmoid")
    app.keyboard.press("Escape")
    three = app.locator(".mark.value text").filter(has_text=re.compile("^3$"))
    expect(three).to_have_count(0)
    watch(app, "() => getComputedStyle(document.querySelector('#stage .picture')).opacity")
    app.locator("#inputs input").first.fill("3")
    app.keyboard.press("Tab")
    expect(three).to_have_count(1)
    assert noted(app) == ["1"]  # one picture gives way to the next without a blink


def test_endless_loop_can_be_cancelled(app):
    write(app, "while True:\n    pass\n")
    app.locator("#cancel").click()
    expect(app.locator("#problem .message")).to_contain_text("cancelled")
    write(app, "y = a^2")
    expect(app.locator("#problem .message")).to_have_count(0)


def test_autograd_view_is_torchviz_graph(app):
    app.locator("[data-view='autograd']").click()
    expect(app.locator(".mark.name", has_text="SigmoidBackward0")).to_have_count(1)
    expect(app.locator(".mark.name", has_text="AccumulateGrad")).to_have_count(2)


def test_source_and_graph_light_each_other(app):
    card(app, "z").hover()
    expect(app.locator(".cm-content .lit").first).to_contain_text("x")
    app.locator(".cm-line", has_text="torch.sigmoid(z)").hover(position={"x": 60, "y": 8})
    expect(card(app, "a")).to_have_class("mark card kind-op is-done is-hovered")


def test_state_lives_in_the_address(app, server):
    write(app, "q = r^3")
    app.evaluate("document.querySelector('#options').open = true")
    app.locator("#dtype").select_option("float64")
    address = address_of(app, lambda saved: saved.source == "q = r^3" and saved.options)
    app.goto("about:blank")
    app.goto(address)
    expect(app.locator(".cm-content")).to_contain_text("q = r^3")
    expect(app.locator("#dtype")).to_have_value("float64")  # also where it can be chosen


def test_speaks_spanish(app, server):
    app.locator(".langs a[lang='es']").click()
    expect(app.locator("#examples-button")).to_have_text("Ejemplos")
    app.wait_for_selector(".picture .card")
    expect(app.locator("#play")).to_have_attribute("aria-label", "Reproducir")


def test_the_menu_of_options_closes_by_itself(app):
    menu, summary = app.locator("#options .sheet"), app.locator("#options summary")
    summary.click()
    expect(menu).to_be_visible()
    app.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    app.locator("#tab-paths").click()
    expect(menu).to_be_hidden()
    expect(app.locator("#tab-paths")).to_have_attribute("aria-selected", "true")


def test_a_way_on_in_the_inspector_keeps_the_focus_there(app):
    expect(app.locator("#tab-check .count")).to_be_visible()  # whose badges are drawn late
    card(app, "w").click()
    app.locator("#panel .contributions .link").focus()
    app.keyboard.press("Enter")
    expect(app.locator("#panel .factors")).to_be_visible()
    expect(app.locator("#panel")).to_be_focused()


def test_the_program_is_as_wide_as_one_likes(app):
    ((before, *_),) = boxes(app, "#stage")
    app.locator("#divider").focus()
    app.keyboard.press("ArrowLeft")
    app.mouse.move(before - 24, 400)
    app.mouse.down()
    app.mouse.move(before - 120, 400)
    app.mouse.up()
    ((after, *_),) = boxes(app, "#stage")
    assert abs(before - 120 - after) < 3
    app.reload()
    app.wait_for_selector(".picture .card")
    assert boxes(app, "#stage")[0][0] == after
    app.locator("#divider").dblclick()
    assert boxes(app, "#stage")[0][0] == before


def test_theme_switches(app):
    light = app.evaluate("getComputedStyle(document.body).backgroundColor")
    app.locator("#theme-button").click()
    until(app, "light => getComputedStyle(document.body).backgroundColor !== light", light)


def test_gallery_has_shelves_and_opens_an_example(app):
    app.locator("#examples-button").click()
    until(app, "() => document.querySelectorAll('.example').length >= 14")
    expect(app.locator(".shelf h3")).to_have_count(3)
    assert all(
        app.locator(".shelf").evaluate_all(
            "all => all.map((s) => s.querySelectorAll('.example').length)"
        )
    )
    app.locator("[data-example='05_fan_out']").click()
    expect(app.locator(".mark.sum text", has_text="=")).to_have_count(1)


def test_keyboard_walks_the_cards(app):
    app.locator(".mark.card[tabindex='0']").focus()
    app.keyboard.press("ArrowRight")
    app.keyboard.press("Enter")
    expect(app.locator("#inspector h2")).not_to_have_text("This run")


def test_the_keyboard_stays_on_the_stage_when_a_fold_opens(app):
    write(app, DEEP)
    folded = app.locator(".mark.card[data-scope]").first
    expect(folded).to_be_visible()
    scope = folded.get_attribute("data-scope")
    folded.focus()
    app.keyboard.press("e")
    expect(app.locator(f".mark.card[data-scope='{scope}']")).to_have_count(0)
    expect(app.locator(".mark.card:focus")).to_have_count(1)
    expect(app.locator("[id='n1.card']")).not_to_be_focused()  # but what was in the fold
    for _ in range(12):
        app.keyboard.press("ArrowDown")
    rest(app)
    expect(app.locator(".mark.card:focus")).to_be_in_viewport(ratio=1)
    assert app.evaluate("document.querySelector('#stage').scrollTop") == 0


def test_hostile_names_stay_text(app):
    write(app, "import torch\nx = torch.ones(1)\nprint('<img src=x onerror=alert(1)></script>')\n")
    expect(app.locator(".printed")).to_contain_text("onerror")
    expect(app.locator("#output img")).to_have_count(0)


def test_axe_finds_nothing_serious(app):
    for scheme in ("light", "dark"):
        app.emulate_media(color_scheme=scheme)
        assert serious_violations(app) == [], scheme


def test_enter_in_search_presses_nothing_else(app):
    app.locator("#help-button").focus()
    app.keyboard.press("/")
    app.locator("#search input").fill("loss")
    expect(app.locator("#hits [aria-selected=true]")).to_contain_text("loss")
    app.keyboard.press("Enter")
    expect(app.locator("#panel h2")).to_have_text("loss")
    expect(card(app, "loss")).to_be_focused()  # one goes on from what was found
    assert not app.locator("dialog[open]").count()


def on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.wait_for_selector(".picture .card")
    rest(page)


def test_phone_width_fits(app):
    on_a_phone(app)
    assert app.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        app.evaluate("document.querySelector('.layer').getScreenCTM().a") >= 0.6
    )  # read without zooming
    ((_, top, _, bottom),) = boxes(app, "#play")
    assert bottom - top >= 40
    expect(app.locator("#tab-check .count")).to_be_visible()  # a tab that changes moves nothing
    assert app.evaluate("scrollY") == 0


def test_a_card_tapped_on_a_phone_brings_up_its_numbers(app):
    on_a_phone(app)
    card(app, "z").click()
    expect(app.locator("#panel h2")).to_be_in_viewport(ratio=1)
    expect(card(app, "z")).to_be_in_viewport()


def test_the_editor_is_reached_on_a_phone_while_a_repair_is_proposed(app):
    on_a_phone(app)
    write(
        app, "import torch\nx = torch.ones(3, requires_grad=True)\nfor i in range(3)\n    x = x + i"
    )
    expect(app.locator("#accept")).to_be_visible()
    app.locator(".cm-line", has_text="for i").click()  # nothing lies over it
    app.keyboard.press("End")
    app.keyboard.insert_text(":")
    expect(app.locator("#accept")).to_be_hidden()


def test_reduced_motion_jumps(app):
    app.emulate_media(reduced_motion="reduce")
    watch(app, f"() => [{POSITION}, document.querySelectorAll('.pulse').length]")
    app.locator("#speed").select_option("4")
    app.locator("#play").click()
    until(app, "() => noted.length > 5")
    assert {pulses for _, pulses in noted(app)} == {0}


DEEP = """import torch
torch.manual_seed(0)
net = torch.nn.Sequential(*[torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh()) for _ in range(60)])
net(torch.ones(1, 4)).sum().backward()
"""


def test_a_fitted_picture_lies_clear_of_what_lies_over_the_stage(app):
    write(app, DEEP)
    expect(app.locator("#crumbs")).to_be_visible()
    app.locator("#zoom-fit").click()
    rest(app)
    covers, cards = boxes(app, "#crumbs, .zoom"), boxes(app, ".mark.card")
    assert len(covers) == 2 and cards
    for left, top, right, bottom in covers:
        for box in cards:
            assert box[2] <= left or right <= box[0] or box[3] <= top or bottom <= box[1]


def test_a_fold_is_drawn_whatever_else_is_asked(app):
    """A question sent after it once made its picture nobody's."""
    write(app, DEEP)
    folded = app.locator(".mark.card[data-scope]").first
    expect(folded).to_be_visible()
    expect(app.locator("#stage")).not_to_have_class(re.compile("is-stale"))
    scope = folded.get_attribute("data-scope")
    app.evaluate(
        """scope => {
            const card = document.querySelector(`.mark.card[data-scope='${scope}']`);
            card.dispatchEvent(new MouseEvent('click', {bubbles: true}));
            document.querySelector('#tab-memory').click();
        }""",
        scope,
    )
    expect(app.locator(f".mark.scope-label[data-scope='{scope}']").first).to_be_visible()


def test_a_reader_hears_no_more_than_is_seen(app):
    w = card(app, "w")
    expect(w).to_have_attribute("aria-label", "w, tensor: value 2.2. Gradient −0.08983.")
    app.locator("#scrub").fill("5")
    expect(w).to_have_attribute("aria-label", "w, parameter, 2.2")
    expect(app.locator(".mark.contribution:visible")).to_have_count(0)
    app.keyboard.press("End")
    sent = app.locator(".mark.contribution:visible").first
    expect(sent.locator("title")).to_have_text("from w to ×")
    expect(sent.locator("text")).to_have_text("−0.08983")


def test_an_empty_editor_invites(app):
    app.locator(".cm-content").click()
    app.keyboard.press("Control+a")
    app.keyboard.press("Delete")
    expect(app.locator(".problem.is-calm")).to_be_visible()
    app.locator("#problem button").click()
    expect(app.locator("#gallery")).to_be_visible()
