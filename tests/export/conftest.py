"""Every example run once; its picture, sheets and files made on demand and kept."""

from functools import cache

import pytest

from app.export import How, export, scene_of
from app.web.examples import examples
from tests.gallery import outcome_of

NEURON = "01_neuron"
FAN_OUT = "05_fan_out"
BIG = "21_gpt"


def scene(name=NEURON, **how):
    """An example as it would be exported."""
    outcome = outcome_of(name)
    return scene_of(outcome.graph, outcome.autograd, How(**how))


@cache
def file(name, suffix, **how):
    """A file of it, written once for all tests."""
    return export(scene(name, **how), suffix)


@pytest.fixture(params=[e.id for e in examples()])
def name(request):
    return request.param


@pytest.fixture(params=[e.id for e in examples() if e.id != BIG])
def small(request):
    """An example whose film may be made in a test."""
    return request.param


@pytest.fixture(scope="session")
def typefaces():
    from app.export.typefaces import truetype_folder

    return truetype_folder()
