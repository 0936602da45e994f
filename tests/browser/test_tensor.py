"""Looking inside a tensor: heatmaps on cards, the viewer, its honesty, its keys."""

import math
import re

import pytest
import torch
from playwright.sync_api import expect

from tests.browser.helpers import boxes, card, clipboard, rest, serious_violations, until, write

BIG = """import torch
torch.manual_seed(1)
W = torch.randn(3, 300, 700, requires_grad=True)
L = (W ** 3).mean()
L.backward()
"""


def whole():
    torch.manual_seed(1)
    return torch.randn(3, 300, 700)


@pytest.fixture
def viewer(app):
    write(app, BIG)
    expect(app.locator(".mark.thumb")).to_have_count(4)
    card(app, "W").focus()
    app.keyboard.press("v")
    expect(app.locator("#tensor .histogram")).to_be_visible()
    expect(app.locator("#tensor-element")).to_contain_text("=")
    return app


def read(page):
    """The element under the cursor: its index, its number."""
    found = re.fullmatch(r"\[(.*)\] = (.*)", page.locator("#tensor-element").text_content())
    return [int(k) for k in found[1].split(", ")], float(found[2])


def is_right(page):
    index, number = read(page)
    return number == whole()[tuple(index)].item()


def shown(page, text):
    expect(page.locator("#tensor-shown")).to_contain_text(text)


def test_overview_says_what_it_leaves_out(viewer):
    shown(viewer, "dimension 0 at 0")
    shown(viewer, "rows: 0–295 of 300, one in 5")
    shown(viewer, "columns: 0–693 of 700, one in 11")
    viewer.keyboard.press("ArrowDown")
    assert read(viewer)[0] == [0, 5, 0] and is_right(viewer)


def test_coming_closer_ends_at_exact_elements(viewer):
    for _ in range(12):  # faster than the answers come, as people press
        viewer.keyboard.press("+")
    shown(viewer, "rows: 0–7 of 300")
    viewer.keyboard.press("Shift+ArrowDown")
    shown(viewer, "rows: 4–11 of 300")
    assert is_right(viewer)
    viewer.keyboard.press("0")
    shown(viewer, "one in 5")


def test_pointer_reads_the_exact_element(viewer):
    rest(viewer)
    ((left, top, right, bottom),) = boxes(viewer, "#tensor canvas")
    viewer.mouse.move(left + (right - left) * 0.52, top + (bottom - top) * 0.31)
    expect(viewer.locator("#tensor-element")).not_to_contain_text("[0, 0, 0]")
    index, _ = read(viewer)
    assert index[1] > 0 and index[2] > 0 and is_right(viewer)


def test_other_dimensions_are_chosen(viewer):
    viewer.locator("#tensor .slider input[type=number]").fill("2")
    viewer.keyboard.press("Tab")
    shown(viewer, "dimension 0 at 2")
    assert read(viewer)[0][0] == 2 and is_right(viewer)
    viewer.locator("#tensor-rows").select_option("0")
    shown(viewer, "rows: all 3")
    assert is_right(viewer)


def test_columns_before_rows_are_transposed(viewer):
    viewer.locator("#tensor-rows").select_option("2")
    shown(viewer, "columns: 0–295 of 300")
    viewer.locator("#tensor canvas").focus()
    viewer.keyboard.press("ArrowDown")
    assert read(viewer)[0] == [0, 0, 11] and is_right(viewer)


def test_statistics_are_those_of_the_whole(viewer):
    words = viewer.locator("#tensor .measures dd").evaluate_all("all => all.map(dd => dd.title)")
    t = whole().double()
    expected = [float(x) for x in (t.min(), t.max(), t.mean(), t.std(), t.norm())]
    for word, true in zip(words[:5], expected, strict=True):
        assert math.isclose(float(word), true, rel_tol=1e-9)
    expect(viewer.locator("#tensor")).to_contain_text("All 630,000 elements counted.")
    viewer.get_by_role("button", name="logarithmic").last.click()
    expect(viewer.locator("#tensor .histogram rect.both")).to_have_count(1)


def test_gradient_has_a_tab_and_an_element_an_origin(viewer):
    viewer.locator("#tensor-gradient").click()
    expect(viewer.locator("#tensor .histogram")).to_be_visible()
    expect(viewer.locator("#tensor-gradient")).to_have_attribute("aria-selected", "true")
    viewer.get_by_role("button", name="Where does it come from?").click()
    expect(viewer.locator("#tensor")).to_be_hidden()
    expect(viewer.locator(".origin")).to_be_visible()


def test_table_and_copies_hold_what_is_shown(viewer):
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.locator("#tensor .elements summary").click()
    numbers = (
        viewer.locator("#tensor .elements tbody tr")
        .first.locator("td")
        .evaluate_all("all => all.map(td => td.title)")
    )
    assert [float(x) for x in numbers] == whole()[0, 0, ::11][:16].tolist()
    viewer.get_by_role("button", name="as CSV").click()
    copied = clipboard(viewer, f"{whole()[0, 0, 0]:.3f}"[:5]).strip().split("\n")
    assert [[float(x) for x in line.split(",")] for line in copied] == whole()[
        0, ::5, ::11
    ].tolist()
    viewer.get_by_role("button", name="as Python").click()
    code = clipboard(viewer, "torch.tensor(")
    assert torch.equal(eval(code, {"torch": torch}), whole()[0, ::5, ::11])


def test_axe_finds_nothing_serious_in_the_viewer(viewer):
    viewer.locator("#tensor .elements summary").click()
    for width in (1440, 390):
        viewer.set_viewport_size({"width": width, "height": 844})
        until(
            viewer,
            "() => { const t = document.getElementById('tensor'); return t.scrollWidth <= t.clientWidth }",
        )
        assert serious_violations(viewer) == [], width


def test_thumb_opens_on_a_double_click_and_a_new_run_closes(app):
    write(
        app,
        "import torch\nA = torch.tensor([[1., 2.], [3., float('nan')]], requires_grad=True)\nL = (A * A).sum()\n",
    )
    app.locator(".mark.thumb").first.dblclick()
    expect(app.locator("#tensor-element")).to_have_text("[0, 0] = 1")
    for key in ("ArrowDown", "ArrowRight"):
        app.keyboard.press(key)
    expect(app.locator("#tensor-element")).to_have_text("[1, 1] = nan")
    app.keyboard.press("Escape")
    expect(app.locator("#tensor")).to_be_hidden()


def test_heatmaps_can_be_switched_off_and_stay_off(app):
    write(app, BIG)
    expect(app.locator(".mark.thumb")).to_have_count(4)
    app.locator("#options summary").click()
    app.locator("#thumbs").uncheck()
    expect(app.locator(".mark.thumb")).to_have_count(0)
    app.reload()
    app.wait_for_selector(".picture .card")
    expect(app.locator(".mark.thumb")).to_have_count(0)


def test_what_an_edge_brought_is_looked_into(app):
    write(app, BIG)
    expect(app.locator(".mark.thumb")).to_have_count(4)
    card(app, "W").click()
    app.locator(".contributions .link").first.click()
    app.locator("#panel .view-tensor").last.click()
    expect(app.locator("#tensor h2")).to_contain_text("W →")
    expect(app.locator("#tensor-gradient")).to_have_text("Contribution")
    expect(app.locator("#tensor-element")).to_contain_text("=")
    expected = (3 * whole() ** 2 / whole().numel())[0, 0, 0].item()
    assert read(app)[1] == pytest.approx(expected, rel=1e-6)
