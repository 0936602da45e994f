"""The palette of a GIF is known before it is drawn, and near every colour of a picture."""

import numpy as np
import pytest

from app.export.frame import sheet_of
from app.export.palette import CLEAR, Indexer, palette
from app.export.raster import pixels_of
from tests.export.conftest import scene
from tests.export.looks import differing


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_all_different(theme):
    shared = palette(theme).getpalette()
    colours = [tuple(shared[k : k + 3]) for k in range(0, 768, 3)]
    assert len(set(colours)) == CLEAR + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("step", [3, 14, 20, 26])
def test_no_colour_is_far_from_the_palette(theme, step):
    one = scene("12_training_step", theme=theme, crop="frame", title="A title")
    image = pixels_of(sheet_of(one, moves=True, outlined=True).still(step)).convert("RGB")
    found = Indexer(theme).indexed(image)
    assert differing(image, found.convert("RGB"), far=24) < 0.0005
    off = np.abs(np.asarray(image, int) - np.asarray(found.convert("RGB"), int))
    assert off.mean() < 1


def test_clear_pixels_have_their_own_place():
    image = pixels_of(sheet_of(scene(background="transparent"), outlined=True).still(-1))
    found = Indexer("light").indexed(image)
    assert found.getpixel((2, 2)) == CLEAR
    assert (np.asarray(found) == CLEAR).mean() == pytest.approx(
        (np.asarray(image)[:, :, 3] < 128).mean()
    )
