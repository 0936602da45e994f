"""Boxes hold all the ink of their marks, and gathering loses none."""

import numpy as np
import pytest

from app.export.bounds import bounds, gathered, meets, union
from app.export.frame import sheet_of
from app.export.raster import pixels_of
from app.picture import state
from tests.export.conftest import scene


@pytest.mark.parametrize("name", ["05_fan_out", "07_matmul"])
def test_ink_of_a_mark_stays_in_its_box(name):
    one = scene(name, background="transparent", selected="n0", step=7)
    sheet = sheet_of(one, outlined=True)
    states = state(one.picture, 7)
    for key, text in sheet.marks(7, states).items():
        mark = next(m for m in one.picture.marks if m.id == key)
        alpha = np.asarray(pixels_of(sheet.document({}, {key: text}, {})))[:, :, 3]
        rows, columns = np.nonzero(alpha)
        x0, y0, x1, y1 = bounds(mark, states[key])
        assert x0 <= columns.min() and columns.max() <= x1, key
        assert y0 <= rows.min() and rows.max() <= y1, key


def test_gathered_boxes_cover_all():
    boxes = [(0, 0, 10, 10), (5, 5, 12, 12), (100, 100, 110, 110), (101, 99, 111, 109)]
    found = gathered(boxes)
    assert len(found) == 2
    assert all(any(union(box, big) == big for big in found) for box in boxes)
    assert not meets(found[0], found[1])
