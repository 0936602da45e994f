"""PNG stills are the size they say, say what the picture says, and stop at a limit."""

import pytest

from app.errors import LimitError
from app.export import export
from app.export.frame import sheet_of, still_step
from app.settings import Settings
from tests.export.conftest import file, scene
from tests.export.looks import ink, opened, text_boxes


def test_every_text_has_ink(name):
    one = scene(name)
    sheet = sheet_of(one)
    image = opened(file(name, "png"))
    assert image.size == sheet.pixels
    boxes = list(text_boxes(sheet, still_step(one)))
    assert len(boxes) >= 4
    assert [box for box in boxes if ink(image, box) < 40] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_slide_has_ink_in_title_and_graph(theme):
    how = {"crop": "frame", "theme": theme, "title": "Backpropagation", "step": 9}
    one = scene(**how)
    image = opened(export(one, "png"))
    assert image.size == (1280, 720)
    assert ink(image, (56, 40, 400, 76)) > 100
    assert ink(image, (56, 660, 500, 700)) > 100
    assert [box for box in text_boxes(sheet_of(one), 9) if ink(image, box) < 40] == []
    assert (
        image.convert("RGB").getpixel((5, 5))
        == ((251,) * 2 + (250,), (18, 20, 24))[theme == "dark"]
    )


def test_transparent_background_is_transparent():
    image = opened(export(scene(background="transparent"), "png"))
    assert image.mode == "RGBA"
    assert image.getpixel((2, 2))[3] == 0
    assert image.getextrema()[3] == (0, 255)


def test_scale_multiplies_pixels():
    one, two = opened(file("01_neuron", "png")), opened(export(scene(scale=2), "png"))
    assert [abs(2 * a - b) <= 1 for a, b in zip(one.size, two.size)] == [True, True]


def test_too_many_pixels_are_refused(monkeypatch):
    monkeypatch.setattr("app.export.frame.settings", lambda: Settings(still_pixels=10_000))
    with pytest.raises(LimitError) as caught:
        export(scene(), "png")
    assert caught.value.problem.code == "picture_pixels"
