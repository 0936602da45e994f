"""A heatmap in a deck: one group that says what it shows, as many colours as the picture has."""

from lxml import etree

from app.autograd import run
from app.export.deck.drawing import NAMESPACES
from app.export.deck.heatmap import INSIDE, heatmap
from app.export.deck.palette import own
from app.export.deck.place import PX, Fit
from app.export.deck.story import Moment, appears
from app.picture import draw, state
from app.picture.theme import LIGHT
from app.protocol import Job

SOURCE = """import torch
t = torch.tensor([[4., 2., 0.], [-4., float('nan'), float('inf')]], requires_grad=True)
L = (t * t).sum()
L.backward()
"""
PICTURE = draw(run(Job(source=SOURCE)).outcome.graph)
THUMBS = [mark for mark in PICTURE.marks if mark.role == "thumb"]


def group_of(mark):
    xml = heatmap(200, mark, Fit(PX, 0, 0), own(LIGHT))
    return etree.fromstring(f"<x {NAMESPACES}>{xml}</x>")[0]


def test_one_group_with_a_shape_for_each_colour():
    group = group_of(THUMBS[0])
    ids = [int(k) for k in group.xpath(".//p:cNvPr/@id", namespaces=group.nsmap)]
    levels = {level for row in THUMBS[0].levels for level in row if level != 0}
    assert ids[0] == 200 and len(set(ids)) == len(ids) == 2 + len(levels)
    assert all(k > INSIDE for k in ids[1:])
    assert group.xpath("./p:nvGrpSpPr/p:cNvPr/@descr", namespaces=group.nsmap) == [THUMBS[0].alt]


def test_heatmap_enters_with_its_number():
    moments = [Moment(k, one, state(PICTURE, k)) for k, one in enumerate(PICTURE.steps)]
    for mark in THUMBS:
        click = appears(mark.id, moments)
        kind = "backward" if mark.id.endswith("gradient_thumb") else "forward"
        assert moments[click].step.kind == kind and click > 0
        assert moments[click - 1].states[mark.id].phase == "hidden"
