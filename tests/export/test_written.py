"""Numbers in full: every digit that matters, every element that is known."""

import numpy
import pytest

from app.export.written import exact, size_of, written
from app.graph import Value


@pytest.mark.parametrize("seed", range(40))
def test_float32_reads_back_the_same(seed):
    draws = numpy.random.default_rng(seed)
    number = numpy.float32(draws.normal() * 10.0 ** draws.integers(-40, 38))
    text = exact(float(number), "float32").replace("−", "-")
    assert numpy.float32(text) == number and len(text) <= 15


def test_float64_keeps_all_digits():
    assert exact(-0.1, "float64") == "−0.1"
    assert exact(1 / 3, "float64") == repr(1 / 3)


@pytest.mark.parametrize(
    ("number", "text"),
    [("nan", "NaN"), ("-inf", "−∞"), (True, "True"), (-3, "−3"), ("1+2j", "1+2j"), (0.0, "0")],
)
def test_everything_else_is_written_plainly(number, text):
    assert exact(number, "float32") == text


def test_matrices_stand_in_columns():
    value = Value(data=[[1.0, -20.0], [3.5, 4.0]], numel=4)
    assert written(value, [2, 2], "float32") == "  1  −20\n3.5    4"
    cube = Value(data=[[[1, 2]], [[3, 4]]], numel=4)
    assert written(cube, [2, 1, 2], "int64") == "1  2\n\n3  4"


def test_large_tensor_says_what_is_left_out():
    value = Value(
        numel=1000, min=-2.0, max=3.0, mean=0.5, std=1.0, norm=9.0, nan=2, approximate=True
    )
    text = written(value, [1000], "float32")
    assert text.startswith("1,000 elements\nmin −2  max 3") and "NaN 2" in text
    assert text.endswith("\nfrom a sample")


def test_size_names_shape_and_dtype():
    assert size_of([2, 3], "float32") == "[2×3] float32"
    assert size_of([], "float64", "es") == "escalar float64"
