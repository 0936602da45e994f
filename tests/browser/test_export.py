"""The export menu: previews, files, the clipboard, a way to stop; the whole view in the address."""

import html
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from app.store.code import Saved, encode
from tests.browser.helpers import (
    address_of,
    card,
    clipboard,
    serious_violations,
    until,
    watch,
    write,
)


@pytest.fixture
def menu(app):
    """The open menu, its first preview drawn."""
    app.locator("#stage").focus()
    app.keyboard.press("x")
    expect(app.locator(".export-preview img")).to_be_visible()
    return app


def saved(page):
    """The bytes and the name of the chosen format's file."""
    with page.expect_download() as download:
        page.locator("#export-save").click()
    with open(download.value.path(), "rb") as file:
        return file.read(), download.value.suggested_filename


def test_png_is_what_was_chosen(menu):
    menu.select_option("#export-scale", "1")
    small, name = saved(menu)
    menu.select_option("#export-scale", "3")
    large, _ = saved(menu)
    assert name == "loss.png"
    one, three = (Image.open(io.BytesIO(content)).size for content in (small, large))
    assert three == pytest.approx((3 * one[0], 3 * one[1]), abs=3)
    expect(menu.locator("#export-done")).to_contain_text("loss.png")


def test_preview_follows_the_choice(menu):
    preview = menu.locator(".export-preview img")
    before = preview.get_attribute("src")
    menu.select_option("#export-crop", "frame")
    expect(preview).not_to_have_attribute("src", before)
    expect(menu.locator("#export-title")).to_be_visible()
    until(
        menu,
        """() => { const {complete, naturalWidth, naturalHeight} = document.querySelector('.export-preview img');
            return complete && Math.abs(naturalWidth / naturalHeight / (16 / 9) - 1) < 0.01 }""",
    )


LOOP = """import torch
x, r = torch.tensor(0.3, requires_grad=True), torch.tensor(3.2, requires_grad=True)
def year(x):
    return r * x * (1 - x)
for _ in range(4):
    x = year(x)
x.backward()
"""


def test_small_numbers_on_a_slide_are_said_and_mended(app):
    write(app, LOOP)
    expect(app.locator(".mark.scope").first).to_be_visible()
    app.locator("#export-button").click()
    app.locator("#export-crop").select_option("frame")
    small = app.locator(".export-small")
    expect(small).to_contain_text("pt high")
    preview = app.locator(".export-preview img")
    before = preview.get_attribute("src")
    drawn = app.request.get(app.url.partition("#")[0].rstrip("/") + before).text()
    assert "<path" in drawn and "<text" not in drawn  # the shipped font, as in the file
    app.locator("#export-fold").click()
    expect(preview).not_to_have_attribute("src", before)
    expect(small).to_have_count(0)


def test_text_formats_are_shown_as_text(menu):
    menu.locator("[data-format='json']").click()
    expect(menu.locator(".export-preview pre")).to_contain_text("gradreel.graph/1")


def test_picture_is_copied_in_every_kind(menu, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    watch(menu, "() => document.querySelector('#export-copy').textContent")
    menu.locator("#export-copy").click()
    until(menu, "() => noted.includes('Copied')")
    kinds = menu.evaluate("async () => (await navigator.clipboard.read())[0].types")
    assert {"image/png", "text/plain"} <= set(kinds)


def test_menu_is_accessible_and_closes(menu):
    assert serious_violations(menu) == []
    menu.keyboard.press("Escape")
    expect(menu.locator("#export")).not_to_be_visible()


def test_address_holds_the_view(app, context, server):
    write(app, "q = (a + b)^2")
    expect(app.locator(".mark.name", has_text="q").first).to_be_visible()
    card(app, "q").click()
    app.locator("#stage").focus()
    app.keyboard.press("Home")
    app.keyboard.press("ArrowRight")
    address = address_of(app, lambda saved: saved.step == 1 and saved.selected is not None)
    other = context.new_page()
    other.goto(address)
    expect(other.locator(".position")).to_contain_text("1 /")
    expect(other.locator("#inspector h2")).to_have_text("q")


def test_short_link_opens_the_same_view(menu, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu.locator("#share-short").click()
    field = menu.locator(".share-uses input")
    expect(field).to_have_value(re.compile(r"/g/[0-9A-Za-z]{10,}$"))
    menu.locator("#copy-markdown").click()
    markdown = clipboard(menu, "[![")
    image, target = re.fullmatch(r"\[!\[loss\]\((.+)\)\]\((.+)\)", markdown).groups()
    assert menu.request.get(image).headers["content-type"] == "image/png"
    menu.select_option("#share-hide", "gradients")
    menu.locator("#copy-embed").click()
    frame = clipboard(menu, "<iframe")
    embed = html.unescape(re.search(r'src="([^"]+)"', frame)[1])
    assert embed.endswith("&hide=gradients") and menu.request.get(embed).ok
    other = context.new_page()
    other.goto(target)
    expect(other.locator(".mark.name", has_text="loss").first).to_be_visible()
    other.wait_for_timeout(800)  # longer than it takes to follow the page
    assert "/g/" in other.url and "#" not in other.url
    write(other, "q = (a + b)^2")
    expect(other.locator(".mark.name", has_text="q").first).to_be_visible()
    expect(other).to_have_url(re.compile(r"://[^/]+/#.{20,}"))


#: shown after longer than an address follows the page
SLOW = "import time, torch\ntime.sleep(1.2)\nx = torch.tensor(2.0, requires_grad=True)\ny = x * x\n"


def test_short_link_of_a_slow_run_stays_in_the_address(page, server):
    code = encode(Saved(v=1, source=SLOW, step=1))
    link = page.request.post(f"{server}/api/v1/links", data={"code": code}).json()["url"]
    page.goto(link)
    expect(page.locator(".position")).to_contain_text("1 /")
    page.wait_for_timeout(800)
    assert page.url == link


def test_film_can_be_stopped(menu):
    menu.locator("[data-format='webp']").click()
    menu.select_option("#export-scale", "4")
    menu.locator("#export-save").click()
    menu.locator("#export-stop").click()
    expect(menu.locator("#export-stop")).to_have_count(0)
    expect(menu.locator(".export-problem")).to_have_count(0)
