"""Heatmaps on cards say what the tensor holds: signs, sizes, NaN, infinities, and what was left out."""

import re
from xml.etree import ElementTree

import pytest
import torch

from app.autograd import run
from app.export import How, scene_of
from app.picture import draw, state, svg
from app.picture.theme import LIGHT
from app.picture.thumbs import blocks, thumb_of
from app.protocol import Job
from app.thumb import LEVELS


def graph_of(body):
    return run(Job(source=f"import torch\n{body}\n")).outcome.graph


def tensor_of(body, name="t"):
    return next(n for n in graph_of(body).nodes if n.name == name).outputs[0]


def test_known_tensor_has_known_levels():
    thumb = thumb_of(tensor_of("t = torch.tensor([[4., 2., 0.], [-1., -2., -4.]])"))
    assert thumb.levels == [[8, 4, 0], [-2, -4, -8]]
    assert (thumb.scale, thumb.steps) == (4, (1, 1))


def test_big_tensor_is_sampled_evenly_and_says_so():
    one = tensor_of("t = torch.arange(100 * 50.).reshape(100, 50) - 2500")
    thumb, whole = thumb_of(one), torch.arange(5000.0).reshape(100, 50) - 2500
    rows, columns = thumb.steps
    sample = whole[::rows, ::columns]
    expected = (sample / thumb.scale * LEVELS).round().clamp(-LEVELS, LEVELS)
    assert thumb.levels == expected.int().tolist()
    assert (rows, columns) == (13, 5)


@pytest.mark.parametrize(
    "make",
    [
        "torch.randn(6, 5, 40).transpose(0, 2)",
        "torch.randn(3, 1, 7).expand(3, 9, 7)",
        "torch.randn(2, 3, 4, 50)[:, 1:, ::2]",
        "torch.randint(-9, 9, (90, 3))",
        "torch.rand(70) > 0.5",
        "torch.randn(20, 20).half()",
        "torch.randn(20, 20, dtype=torch.float64) * 1e200",
    ],
)
def test_sample_of_any_layout_equals_the_matrix(make):
    thumb = thumb_of(tensor_of(f"torch.manual_seed(3)\nt = {make}"))
    torch.manual_seed(3)
    whole = eval(make, {"torch": torch}).double()
    rows, columns = thumb.steps
    sample = whole.reshape(-1, whole.shape[-1])[::rows, ::columns]
    expected = (sample / thumb.scale * LEVELS).round().clamp(-LEVELS, LEVELS)
    assert thumb.levels == expected.int().tolist()


def test_heavy_tail_does_not_hide_the_rest():
    thumb = thumb_of(tensor_of("t = torch.ones(64)\nt = torch.cat([t, torch.tensor([1e4])])"))
    assert thumb.scale < 1e4
    even = thumb_of(tensor_of("t = torch.full((100, 10), 0.25)"))
    assert even.scale == 0.25 and {x for row in even.levels for x in row} == {LEVELS}


@pytest.mark.parametrize(("count", "apart"), [(4, 1), (80, 7)])
def test_nan_and_infinities_have_levels_of_their_own(count, apart):
    odd = "[float('nan'), float('inf'), -float('inf')]"
    body = f"t = torch.ones({count})\nt[: 3 * {apart} : {apart}] = torch.tensor({odd})"
    outputs = [n.outputs[0] for n in graph_of(body).nodes]
    found = next(o for o in outputs if o.shape == [count] and o.value.nan)
    assert thumb_of(found).levels[0][:4] == [None, 9, -9, 8]
    assert thumb_of(found).scale == 1


@pytest.mark.parametrize(
    "make", ["torch.tensor(2.)", "torch.ones(3)", "torch.zeros(0, 9)", "torch.ones(9, dtype=torch.cfloat)", "torch.ones(90, dtype=torch.cfloat)", "torch.eye(9).to_sparse()"]
)  # fmt: skip
def test_scalars_and_what_has_no_order_have_none(make):
    assert thumb_of(tensor_of(f"t = {make}")) is None


LOOP = """w = torch.ones(2, 3, requires_grad=True)
for k in range(2):
    L = (w * (k - 3)).sum()
    L.backward()
"""


def test_gradient_heatmap_waits_for_the_gradient_it_shows():
    picture = draw(graph_of(LOOP))
    mark = next(
        m.id for m in picture.marks if m.id.endswith(".gradient_thumb") and m.kind == "parameter"
    )
    shown = [state(picture, k)[mark].phase != "hidden" for k in range(len(picture.steps))]
    passes = [step.pass_index for step in picture.steps]
    assert shown[-1]
    assert not any(s for s, p in zip(shown, passes, strict=True) if p < max(passes))


def test_heatmaps_are_portable_and_stay_inside_their_cards():
    picture = draw(graph_of("a = torch.randn(40, 30, requires_grad=True)\nb = (a @ a.T).sum()"))
    marks = {m.id: m for m in picture.marks}
    thumbs = [m for m in picture.marks if m.role == "thumb"]
    assert {m.id.partition(".")[2] for m in thumbs} == {"thumb", "gradient_thumb"}
    for m in thumbs:
        card = marks[m.id.partition(".")[0] + ".card"]
        assert card.x < m.x and m.x + m.width < card.x + card.width
        assert card.y < m.y and m.y + m.height < card.y + card.height
        assert "row in" in m.alt
    ElementTree.fromstring(svg(picture))
    assert not re.search(r"class|style|opacity", svg(picture))


def test_blocks_cover_what_is_not_neutral():
    picture = draw(graph_of("t = torch.tensor([[1., 1., 0.], [-1., -1., -1.]])"))
    mark = next(m for m in picture.marks if m.role == "thumb")
    found = blocks(mark, LIGHT)
    assert [b[4] for b in found] == [LIGHT.blue, LIGHT.orange]
    assert sum(b[2] * b[3] for b in found) == pytest.approx(mark.width * mark.height * 5 / 6)


def test_switched_off_there_are_none():
    graph = graph_of("t = torch.ones(3, 3)")
    assert not [m for m in draw(graph, thumbs=False).marks if m.role == "thumb"]


def test_files_have_none_either_where_they_are_switched_off():
    graph = graph_of("t = torch.ones(3, 3)")
    for shown in (True, False):
        marks = scene_of(graph, None, How(thumbs=shown)).picture.marks
        assert any(m.role == "thumb" for m in marks) == shown


@pytest.mark.parametrize("count", [20, 90])
def test_crowd_without_heatmaps_is_said(count):
    graph = graph_of(f"t = torch.randn(4, 4)\nfor _ in range({count}):\n    t = t * 2")
    picture = draw(graph, limit=400)
    has_thumbs = any(mark.role == "thumb" for mark in picture.marks)
    assert has_thumbs == ("no heatmaps on more than 80 cards" not in picture.abridged)
    assert has_thumbs == ("mapas de calor" not in draw(graph, lang="es", limit=400).abridged)
    assert has_thumbs == (count == 20)
    assert "heatmaps" not in draw(graph, limit=400, thumbs=False).abridged
