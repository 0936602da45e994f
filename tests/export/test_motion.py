"""The self-playing SVG: every look in its time, the last step where nothing plays, no script."""

import re
from xml.etree import ElementTree

import pytest

from app.errors import LimitError
from app.export import export
from app.export.frame import sheet_of
from app.export.motion import Clock, moments, take
from app.export.raster import pixels_of
from app.export.score import HOLD, step_seconds
from app.picture import state
from app.settings import Settings
from tests.export.conftest import file, scene
from tests.export.looks import differing


def test_without_css_it_is_the_last_step(small):
    one = scene(small, text="paths", scale=0.4)
    text = export(one, "motion.svg").decode()
    ElementTree.fromstring(text)
    drawn = pixels_of(re.sub(r"<style>.*?</style>", "", text))
    assert differing(drawn, pixels_of(sheet_of(one).still(-1))) == 0


def test_runs_are_the_states_of_the_timeline():
    one = scene("05_fan_out")
    sheet, seconds = sheet_of(one, moves=True), step_seconds(one)
    runs = {}
    for start, end, marks, _ in moments(sheet, seconds, 100):
        take(runs, marks, start, end)
    for step in one.steps:
        at = (step + 0.95) * seconds
        shown = {
            name: text
            for name, own in runs.items()
            for start, end, text in own
            if start <= at < end
        }
        assert shown == sheet.marks(step, state(one.picture, step)), step


def test_one_loop_has_all_steps_and_a_pause():
    one = scene(seconds=0.5)
    text = export(one, "motion.svg").decode()
    assert f"{len(one.steps) * 0.5 + HOLD:g}s step-end infinite" in text


def test_no_two_files_share_a_name():
    names = {
        re.search(r'class="(\w+)"', export(scene(theme=theme), "motion.svg").decode())[1]
        for theme in ("light", "dark")
    }
    assert len(names) == 2


def test_reduced_motion_is_respected():
    text = file("01_neuron", "motion.svg").decode()
    outside = re.sub(r"@media \(prefers-reduced-motion:no-preference\)\{.*\}(?=</style>)", "", text)
    assert "animation" not in outside and "@keyframes" in text


def test_too_long_a_loop_is_refused(monkeypatch):
    monkeypatch.setattr("app.export.score.settings", lambda: Settings(film_s=2.5))
    with pytest.raises(LimitError) as caught:
        export(scene(), "motion.svg")
    assert caught.value.problem.code == "film_length"


def rules_of(mark, *looks):
    """The keyframes of a mark that looks so in the first second, in the second … and to the end."""
    clock = Clock("g", 30, 1.0)
    ends = [*range(1, len(looks)), 30]
    clock.shown([(k, end, text) for k, (end, text) in enumerate(zip(ends, looks))], mark)
    return [
        dict(re.findall(r"([\d.]+%)\{([^}]*)\}", rule))
        for rule in re.findall(r"@keyframes [\w-]+\{(.*?\})\}", clock.rules())
    ]


def test_looks_fade_and_leave_no_gap():
    old, new = rules_of("c.card", "<g/>", "<b/>")
    assert new["3.333%"].startswith("visibility:visible;fill-opacity:0")  # the new one comes
    assert new["3.733%"].startswith("visibility:visible;fill-opacity:1")
    assert old["3.733%"] == "visibility:hidden"  # the old one waits below it
    assert "3.333%" not in old


def test_letters_leave_while_letters_come():
    old, _ = rules_of("c.value", "<g/>", "<b/>")
    assert old["3.733%"].startswith("visibility:hidden;fill-opacity:0")


def test_a_look_that_returns_is_drawn_once():
    plain, lit = rules_of("c.card", "<g/>", "<b/>", "<g/>")
    assert plain["6.667%"] == "visibility:visible"  # it stands below what goes
    assert lit["6.667%"].startswith("visibility:visible;fill-opacity:1")
    assert lit["7.067%"].startswith("visibility:hidden;fill-opacity:0")


def test_the_end_fades_into_the_beginning():
    old, new = rules_of("c.card", "<g/>", "<b/>")
    assert new["99%"].startswith("visibility:visible;fill-opacity:1") and "linear" in new["99%"]
    assert new["100%"].startswith("visibility:hidden;fill-opacity:0")
    assert old["99%"] == old["100%"] == "visibility:visible"
