"""What a visitor does: read, play, step, choose, break, recover, switch."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.assets import HERE

AXE = HERE.parent / "node_modules" / "axe-core" / "axe.min.js"


def write(page, text):
    """Replace the program."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")


def card(page, name):
    """The card whose title is `name`."""
    mark = page.locator(".mark.name", has_text=name).first.get_attribute("data-node")
    return page.locator(f".mark.card[data-node='{mark}']")


def shown(page, node, role):
    return page.locator(f"[id='{node}.{role}'] text").text_content()


def test_opens_with_a_finished_example(app):
    assert app.locator(".mark.card").count() == 8
    assert app.locator(".ghost", has_text="z = 2.42").count() == 1
    expect(app.locator("#sentence")).to_have_text("w.grad = −0.08983")


def test_gradient_is_read_off_the_card(app):
    card(app, "w").click()
    expect(app.locator("#inspector h2")).to_have_text("w")
    expect(app.locator("#inspector .tensor.gradient .number")).to_have_text("−0.08983")


def test_plays_from_start_to_end(app):
    app.locator("#speed").select_option("4")
    app.locator("#play").click()
    expect(app.locator(".position")).not_to_have_text("14 / 14")
    assert app.locator("[id='n8.gradient']").get_attribute("class").split()[-1] == "is-hidden"
    expect(app.locator(".position")).to_have_text("14 / 14", timeout=20000)
    expect(app.locator("#play")).to_have_attribute("aria-label", "Play")
    assert shown(app, "n3", "gradient") == "∂ −0.08983"
    assert app.locator(".pulse").count() == 0


def test_steps_back_and_forth(app):
    app.locator("#stage").focus()
    app.keyboard.press("ArrowLeft")
    expect(app.locator(".position")).to_have_text("13 / 14")
    assert "is-hidden" in app.locator("[id='n3.gradient']").get_attribute("class")
    app.keyboard.press("Home")
    expect(app.locator(".position")).to_have_text("0 / 14")
    app.keyboard.press("End")
    expect(app.locator(".position")).to_have_text("14 / 14")


def test_another_root_can_be_chosen(app):
    card(app, "a").click()
    app.locator("#make-root").click()
    expect(app.locator("#inspector .reason", has_text="root")).to_be_visible()
    app.locator("#stage").click(position={"x": 5, "y": 5})
    row = app.locator(".parameters tr", has_text="w")
    expect(row.locator(".gradient")).to_have_text("0.08249")


def test_error_keeps_the_last_picture(app):
    write(app, "import torch\nx = torch.ones(2, 3) @ torch.ones(2, 3)\n")
    expect(app.locator("#problem .message")).to_contain_text("shape", ignore_case=True)
    write(app, "y = (a +")
    expect(app.locator("#problem .hint")).to_be_visible()
    expect(app.locator("#stage")).to_have_class("is-stale")
    assert app.locator(".mark.card").count() > 0
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
    before = shown(app, app.evaluate("document.querySelector('.mark.card').dataset.node"), "value")
    app.locator("#inputs input").first.fill("3")
    app.keyboard.press("Tab")
    expect(app.locator(".mark.value text").first).not_to_have_text(before)


def test_endless_loop_can_be_cancelled(app):
    write(app, "while True:\n    pass\n")
    app.locator("#cancel").click(timeout=5000)
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
    app.wait_for_timeout(700)
    address = app.url
    app.goto("about:blank")
    app.goto(address)
    expect(app.locator(".cm-content")).to_contain_text("q = r^3")


def test_speaks_spanish(app, server):
    app.locator(".langs a[lang='es']").click()
    expect(app.locator("#examples-button")).to_have_text("Ejemplos")
    app.wait_for_selector(".picture .card")
    expect(app.locator("#play")).to_have_attribute("aria-label", "Reproducir")


def test_theme_switches(app):
    light = app.evaluate("getComputedStyle(document.body).backgroundColor")
    app.locator("#theme-button").click()
    assert app.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_gallery_opens_an_example(app):
    app.locator("#examples-button").click()
    assert app.locator(".example").count() >= 14
    app.locator("[data-example='05_fan_out']").click()
    expect(app.locator(".mark.sum text", has_text="=")).to_have_count(1)


def test_keyboard_walks_the_cards(app):
    app.locator(".mark.card[tabindex='0']").focus()
    app.keyboard.press("ArrowRight")
    app.keyboard.press("Enter")
    expect(app.locator("#inspector h2")).not_to_have_text("This run")


def test_hostile_names_stay_text(app):
    write(app, "import torch\nx = torch.ones(1)\nprint('<img src=x onerror=alert(1)></script>')\n")
    expect(app.locator(".printed")).to_contain_text("onerror")
    assert app.locator("#output img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(app, scheme):
    app.emulate_media(color_scheme=scheme)
    app.evaluate(Path(AXE).read_text("utf-8"))
    found = app.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (v["id"], [n["html"][:120] for n in v["nodes"][:3]])
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_phone_width_fits(app):
    app.set_viewport_size({"width": 390, "height": 844})
    app.reload()
    app.wait_for_selector(".picture .card")
    assert app.evaluate("document.documentElement.scrollWidth") <= 390
    assert app.locator("#play").bounding_box()["height"] >= 40


def test_reduced_motion_jumps(app):
    app.emulate_media(reduced_motion="reduce")
    app.locator("#play").click()
    app.wait_for_timeout(500)
    assert app.locator(".pulse").count() == 0
