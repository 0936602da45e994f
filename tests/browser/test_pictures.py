"""SVG files in a real browser with no network: the same pixels as our rasteriser, and in motion."""

import base64
import re

import pytest

from app.export import FORMATS, export
from app.export.frame import sheet_of, still_step
from app.export.raster import pixels_of
from app.export.score import step_seconds
from app.web.examples import examples
from tests.export.conftest import BIG, scene
from tests.export.looks import differing, opened

MOVING = ["01_neuron", "05_fan_out", "12_training_step", "17_accumulate"]
#: share of pixels of which a channel may differ by more than a quarter of its range: none where
#: both draw outlines, few where the browser sets the letters itself
OUTLINED, SET = 0.0005, 0.01


@pytest.fixture
def viewer(page, context):
    """Shows a file as a page of its own, or in an <img>; asks nobody else for anything."""
    asked = []
    context.set_offline(True)
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: pytest.fail(m.text) if m.type == "error" else None)

    def show(path, content, width, height, as_image=False):
        page.set_viewport_size({"width": max(1, width), "height": max(1, height)})
        if as_image:
            code = base64.b64encode(content).decode()
            picture = f'<img src="data:image/svg+xml;base64,{code}" style="display:block">'
            page.set_content(f'<body style="margin:0">{picture}</body>')
            page.wait_for_function("document.images[0].complete")
        else:
            path.write_bytes(content)
            page.goto(path.as_uri())
        return page

    yield show
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def seen(page):
    return opened(page.screenshot())


@pytest.mark.parametrize("name", [e.id for e in examples() if e.id != BIG])
def test_browser_and_rasteriser_agree(viewer, tmp_path, name):
    one = scene(name, text="paths")
    content = export(one, "svg")
    wide, high = sheet_of(one).pixels
    page = viewer(tmp_path / "still.svg", content, wide, high)
    assert differing(seen(page), pixels_of(content.decode())) < OUTLINED


@pytest.mark.parametrize("how", [{"theme": "dark", "scale": 2}, {"crop": "frame", "step": 20}])
def test_slides_agree_too(viewer, tmp_path, how):
    one = scene("12_training_step", text="paths", **how)
    content = export(one, "svg")
    page = viewer(tmp_path / "still.svg", content, *sheet_of(one).pixels)
    assert differing(seen(page), pixels_of(content.decode())) < OUTLINED


def wind(page, milliseconds):
    """Stop all animations at a moment of the loop."""
    page.evaluate(
        "at => { for (const a of document.getAnimations()) { a.pause(); a.currentTime = at; } }",
        milliseconds,
    )


@pytest.mark.parametrize("name", MOVING)
def test_motion_plays_the_same_states(viewer, tmp_path, name):
    one = scene(name, text="paths")
    sheet, content = sheet_of(one, moves=True), export(one, "motion.svg")
    page = viewer(tmp_path / "motion.svg", content, *sheet.pixels)
    seconds = step_seconds(one)
    for step in one.steps[:: max(1, len(one.steps) // 6)]:
        wind(page, 1000 * (step + 0.97) * seconds)
        assert differing(seen(page), pixels_of(sheet.still(step))) < OUTLINED, step


def test_motion_brings_its_font(viewer, tmp_path):
    one = scene()
    sheet = sheet_of(one, moves=True, outlined=True)
    page = viewer(tmp_path / "motion.svg", export(one, "motion.svg"), *sheet.pixels)
    page.evaluate("document.fonts.ready")
    fonts = page.evaluate("[...document.fonts].map(f => f.weight + f.status)")
    assert fonts == ["400loaded", "600loaded"]
    wind(page, 1000 * (9 + 0.97) * step_seconds(one))
    assert differing(seen(page), pixels_of(sheet.still(9))) < SET


def test_motion_carries_its_pulses(viewer, tmp_path):
    one = scene()
    step = next(k for k, s in enumerate(one.picture.steps) if s.kind == "backward" and s.flows)
    sheet = sheet_of(one, moves=True, outlined=True)
    page = viewer(tmp_path / "motion.svg", export(one, "motion.svg"), *sheet.pixels)
    xs = []
    for share in (0.2, 0.36, 0.5):
        at = 1000 * (step + share) * step_seconds(one)
        wind(page, at)
        boxes = page.evaluate(
            "[...document.querySelectorAll('g')].filter(g => /-p\\d+$/.test(g.getAttribute('class'))"
            " && getComputedStyle(g).visibility === 'visible').map(g => g.getBoundingClientRect().x)"
        )
        assert len(boxes) == len(one.picture.steps[step].flows)
        xs.append(boxes[0])
    assert xs == sorted(xs, reverse=True) and len(set(xs)) == 3


def test_motion_plays_as_an_image(viewer, tmp_path):
    one = scene("17_accumulate", seconds=0.1)
    sheet, content = sheet_of(one, outlined=True), export(one, "motion.svg")
    page = viewer(tmp_path / "motion.svg", content, *sheet.pixels, as_image=True)
    first = seen(page).tobytes()
    for _ in range(200):
        if seen(page).tobytes() != first:
            return
        page.wait_for_timeout(90)
    pytest.fail("it stands still")


def test_less_motion_shows_the_last_step(viewer, tmp_path, page):
    page.emulate_media(reduced_motion="reduce")
    one = scene()
    sheet, content = sheet_of(one, outlined=True), export(one, "motion.svg")
    page = viewer(tmp_path / "motion.svg", content, *sheet.pixels)
    assert page.evaluate("document.getAnimations().length") == 0
    assert differing(seen(page), pixels_of(sheet.still(still_step(one)))) < SET


def test_motion_has_no_script_and_asks_for_nothing():
    text = export(scene(), "motion.svg").decode()
    assert not re.search(r"<script|\bon\w+=|https?://(?!www\.w3\.org/2000/svg)|@import", text)


@pytest.mark.parametrize("suffix", ["gif", "apng", "webp"])
def test_films_open_in_a_browser(page, suffix):
    one = scene("05_fan_out", scale=0.5, first=6)
    code = base64.b64encode(export(one, suffix)).decode()
    page.set_content(
        f'<body style="margin:0"><img src="data:{FORMATS[suffix].media};base64,{code}">'
    )
    page.evaluate("document.images[0].decode()")
    size = page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]")
    assert tuple(size) == sheet_of(one).pixels
