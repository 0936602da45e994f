"""Films: pure, honest about every step, cheap where nothing changes, and bounded."""

import math

import pytest

from app.errors import LimitError
from app.export import export
from app.export.film import Camera, film
from app.export.formats import silent
from app.export.frame import sheet_of
from app.export.raster import pixels_of
from app.export.route import at
from app.export.score import Look, score
from app.settings import Settings
from tests.export.conftest import scene
from tests.export.looks import differing

RATE = 12.5


def shots_of(one):
    return list(film(one, RATE, silent))


@pytest.mark.parametrize(
    "how", [{}, {"crop": "frame", "theme": "dark", "background": "transparent"}]
)
def test_steps_end_as_their_stills(how):
    one = scene("05_fan_out", **how)
    sheet = sheet_of(one, moves=True, outlined=True)
    camera = Camera(sheet)
    for step in one.steps:
        pair = [pixels_of(sheet.still(step)), camera.image(Look(step, 1.0, None, 1.0))]
        clear = [image.convert("RGBA").convert("RGBa") for image in pair]
        assert differing(*clear, far=32) < 1e-4, step


def test_pulses_are_drawn_where_they_have_come_to():
    picture = scene().picture
    blue, orange = (33, 102, 172), (163, 79, 4)
    for kind, colour in (("forward", blue), ("backward", orange)):
        step = next(k for k, s in enumerate(picture.steps) if s.kind == kind and s.flows)
        edge = picture.steps[step].flows[0][0]
        path = next(m.path for m in picture.marks if m.id == f"{edge}.edge")
        cut = scene(first=step, last=step)
        seen = 0
        for (look, _), shot in zip(score(cut, RATE, 10**6), shots_of(cut)):
            if look.travel is not None:
                x, y = at(path, look.travel if kind == "forward" else 1 - look.travel)
                above = at(path, look.travel if kind == "backward" else 1 - look.travel)
                assert shot.image.getpixel((round(x), round(y) - 4)) == colour
                if math.dist((x, y), above) > 12:
                    other = shot.image.getpixel((round(above[0]), round(above[1]) - 4))
                    assert other != colour
                seen += 1
        assert seen >= 4


def test_same_scene_gives_the_same_frames():
    one = scene("05_fan_out", scale=0.5)
    pairs = zip(shots_of(one), shots_of(one))
    assert all(a.ticks == b.ticks and a.image.tobytes() == b.image.tobytes() for a, b in pairs)


def test_every_frame_is_reported():
    told = []
    export(scene("05_fan_out", scale=0.3), "gif", lambda done, of: told.append((done, of)))
    assert told == [(k, len(told)) for k in range(1, len(told) + 1)]


def test_raising_report_stops_the_film():
    def stop(done, of):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        export(scene(), "webp", stop)


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"frame_pixels": 1000}, "picture_pixels"), ({"film_mib": 1}, "film_length")],
)
def test_films_beyond_a_limit_are_refused(monkeypatch, limits, code):
    monkeypatch.setattr("app.export.film.settings", lambda: Settings(**limits))
    with pytest.raises(LimitError) as caught:
        export(scene(scale=2), "gif")
    assert caught.value.problem.code == code
