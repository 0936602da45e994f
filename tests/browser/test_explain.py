"""Every number explained: cards, origins, derivation, paths, checks, reasons, second order, memory."""

from playwright.sync_api import expect

from tests.browser.helpers import card, serious_violations, until, write
from tests.explain.test_check import WRONG

MATMUL = """import torch
A = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
B = torch.tensor([[5., 6.], [7., 8.]], requires_grad=True)
C = A @ B
L = C.sum()
L.backward()
"""


def tab(page, name):
    page.locator(f"#tab-{name}").click()
    return page.locator("#panel")


def test_chain_rule_of_the_neuron(app):
    card(app, "w").click()
    lines = app.locator(".card-panel").first
    expect(lines.locator(".katex").first).to_be_visible()
    expect(lines).to_contain_text("−0.08983")
    expect(lines).to_contain_text("∂")


def test_edge_card_multiplies_three_numbers(app):
    app.locator(".mark.contribution").first.click()
    factors = app.locator(".factors .factor-number")
    expect(factors).to_have_count(3)
    upstream, local, sent = (float(text.replace("−", "-")) for text in factors.all_text_contents())
    assert abs(upstream * local - sent) < 1e-3 * max(1, abs(sent))


def test_element_of_a_product_shows_where_it_came_from(app):
    write(app, MATMUL)
    expect(app.locator(".ghost", has_text="L = 134")).to_have_count(1)
    card(app, "C").click()
    app.locator("#inspector .tensor.value .grid button").nth(1).click()
    origin = app.locator(".origin")
    expect(origin.locator(".katex").first).to_be_visible()
    expect(origin.locator(".neighbour")).to_have_count(2)
    expect(origin.locator(".neighbour .on")).to_have_text(["1", "2", "6", "8"])


def test_derivation_has_the_closed_form_and_its_number(app):
    panel = tab(app, "derivation")
    expect(panel.locator(".closed .katex")).to_have_count(2)
    expect(panel.locator(".closed annotation").first).to_contain_text("-0.08983")
    until(app, "() => document.querySelectorAll('#panel .derivation li').length >= 8")
    panel.locator(".derivation .jump").first.click()
    expect(app.locator(".position")).not_to_have_text("14 / 14")


def test_paths_sum_to_the_gradient(app):
    panel = tab(app, "paths")
    expect(panel.locator(".paths li")).to_have_count(1)
    expect(panel.locator(".facts dd")).to_have_text(["−0.08983", "−0.08983"])
    panel.locator(".paths li").hover()
    until(app, "() => document.querySelectorAll('.mark.is-lit').length >= 5")


def test_check_is_green_and_a_wrong_backward_red(app):
    expect(tab(app, "check").locator(".badge.agrees")).to_have_count(2)
    write(app, WRONG)
    panel = app.locator("#panel")
    expect(panel.locator(".badge.disagrees")).to_have_count(1)
    expect(panel.locator(".reason.bad")).to_contain_text("Cube")


def test_why_names_the_detached_tensor(app):
    write(
        app,
        "import torch\nw = torch.tensor(2.0, requires_grad=True)\nh = (w * 3).detach()\n"
        "v = torch.tensor(1.0, requires_grad=True)\nL = h * v\nL.backward()\n",
    )
    panel = tab(app, "why")
    expect(panel).to_contain_text("detach")
    expect(panel).to_contain_text("w")


def test_second_order_and_memory_answer(app):
    panel = tab(app, "curve")
    expect(panel.locator(".katex, table, .grid").first).to_be_visible()
    panel = tab(app, "memory")
    expect(panel).to_contain_text("B")


def test_axe_finds_nothing_serious_on_any_tab(app):
    for name in ("derivation", "paths", "check", "why", "curve", "memory"):
        panel = tab(app, name)
        expect(panel.locator("*").first).to_be_visible()
        expect(panel.locator("[aria-busy]")).to_have_count(0)
        assert serious_violations(app) == [], name
