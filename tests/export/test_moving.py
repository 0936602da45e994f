"""GIF, APNG, WebP, MP4 and WebM as foreign readers see them: size, frames, times, the last picture."""

import io
import sys
from itertools import pairwise

import av
import pytest

from app.errors import LimitError
from app.export import export
from app.export.film import film
from app.export.formats import silent
from app.export.score import score
from app.export.video import RATE
from tests.export.conftest import file, scene
from tests.export.looks import differing, opened

RATES = {"gif": 12.5, "apng": 15, "webp": 20}


def short(name):
    """The last steps of an example, small."""
    steps = len(scene(name).picture.steps)
    return {"scale": 0.4, "first": max(0, steps - 3)}


@pytest.mark.parametrize("suffix", ["gif", "apng", "webp"])
def test_animated_picture_is_read_by_pillow(small, suffix):
    how = short(small)
    image, png = opened(file(small, suffix, **how)), opened(file(small, "png", scale=0.4))
    looks = score(scene(small, **how), RATES[suffix], 10**6)
    assert image.size == png.size
    assert len({look.step for look, _ in looks}) <= image.n_frames <= len(looks)
    assert image.info.get("loop", 0) == 0
    lasted = 0
    for k in range(image.n_frames):
        image.seek(k)
        image.load()
        lasted += image.info["duration"]
    assert lasted == pytest.approx(sum(n for _, n in looks) * 1000 / RATES[suffix])
    assert differing(image, png) < (0.01 if suffix == "gif" else 0.0001)


@pytest.mark.parametrize("suffix", ["gif", "apng", "webp"])
def test_every_different_frame_is_kept(suffix):
    one = scene("05_fan_out", scale=0.4, first=6)
    shots = list(film(one, RATES[suffix], silent))
    image = opened(file("05_fan_out", suffix, scale=0.4, first=6))
    assert image.n_frames == len(shots) > 10


def frames_of(content):
    with av.open(io.BytesIO(content)) as container:
        return list(container.decode(video=0))


def test_mp4_is_decoded_at_a_constant_rate(small):
    how = short(small)
    content, png = file(small, "mp4", **how), opened(file(small, "png", scale=0.4))
    frames = frames_of(content)
    assert len(frames) == sum(n for _, n in score(scene(small, **how), RATE, 10**6))
    assert {b.pts - a.pts for a, b in pairwise(frames)} == {frames[1].pts - frames[0].pts}
    assert frames[0].format.name == "yuv420p"
    assert [side % 2 for side in (frames[0].width, frames[0].height)] == [0, 0]
    last = frames[-1].to_image().crop((0, 0, *png.size))
    assert differing(last, png) < 0.02
    assert content.find(b"moov") < content.find(b"mdat")


def test_webm_is_decoded():
    frames = frames_of(export(scene("05_fan_out", scale=0.5, first=7), "webm"))
    assert len(frames) == 2 * 27 + 60
    assert frames[0].width == 248


def test_colours_survive_the_video():
    frame = frames_of(file("05_fan_out", "mp4", **short("05_fan_out")))[-1].to_image()
    assert frame.getpixel((3, 3)) == pytest.approx((251, 251, 250), abs=4)


def test_transparent_films_are_clear():
    for suffix in ("gif", "apng", "webp"):
        image = opened(export(scene("05_fan_out", first=7, background="transparent"), suffix))
        for k in range(image.n_frames):
            image.seek(k)
            clear = image.convert("RGBA").getpixel((2, 2))
            assert clear[3] == 0, (suffix, k)
        assert image.convert("RGBA").getextrema()[3] == (0, 255)


def test_missing_video_library_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(LimitError) as caught:
        export(scene(), "mp4")
    assert caught.value.problem.code == "video_missing"
    assert "pip install" in caught.value.problem.hint
