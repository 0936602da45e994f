"""Histograms and statistics count every element, as torch does, or say which they counted."""

import math

import pytest
import torch

from app.explain import distribution as spread
from app.explanations import Distribution

RANDOM = "import torch\ntorch.manual_seed(5)\nt = torch.randn(300, 40)\n"


def of(run, scale="linear", name="t", which="value"):
    return run.ask(Distribution(node=run.id(name), output=0, of=which, scale=scale))


def random():
    torch.manual_seed(5)
    return torch.randn(300, 40)


def test_linear_counts_equal_histc(asked):
    answer, t = of(asked(RANDOM)), random().double()
    assert answer.counts == torch.histc(t, len(answer.counts)).long().tolist()
    assert sum(answer.counts) == t.numel() == answer.counted
    assert answer.edges[0] == t.min() and answer.edges[-1] == t.max()


def test_logarithmic_counts_equal_a_histogram_with_these_edges(asked):
    answer, t = of(asked(RANDOM), "log"), random().double()
    edges = torch.tensor(answer.edges, dtype=torch.double)
    assert answer.counts == torch.histogram(t, edges).hist.long().tolist()
    assert sum(answer.counts) == t.numel()


def test_statistics_equal_those_of_torch(asked):
    value, t = of(asked(RANDOM)).value, random().double()
    expected = (t.min(), t.max(), t.mean(), t.std(), t.norm())
    for found, true in zip(
        (value.min, value.max, value.mean, value.std, value.norm), expected, strict=True
    ):
        assert math.isclose(found, float(true), rel_tol=1e-12)
    assert not value.approximate


@pytest.mark.parametrize("chunk", [64, 1000])
def test_pieces_add_up(asked, monkeypatch, chunk):
    run = asked(RANDOM + "u = t.reshape(30, 10, 40).transpose(0, 2)\n")
    whole = of(run, name="u")
    monkeypatch.setattr(spread, "CHUNK", chunk)
    pieces = of(run, name="u")
    assert pieces.counts == whole.counts
    assert math.isclose(pieces.value.std, whole.value.std, rel_tol=1e-12)


def test_sample_says_which_elements_it_counted(asked, monkeypatch):
    monkeypatch.setattr(spread, "COUNTED", 500)
    answer, t = of(asked(RANDOM)), random().double()
    rows, columns = answer.steps
    sample = t[::rows, ::columns]
    assert answer.counted == sample.numel() == sum(answer.counts) <= 500
    assert answer.value.approximate and answer.value.numel == t.numel()
    assert answer.value.max == sample.max()
    estimate = sample.norm() * math.sqrt(t.numel() / sample.numel())
    assert math.isclose(answer.value.norm, float(estimate), rel_tol=1e-12)


def test_nan_and_infinities_are_counted_apart(asked):
    run = asked(
        RANDOM
        + "u = t.clone()\nu[0, :3] = torch.tensor([float('inf'), -float('inf'), float('nan')])\n"
    )
    node = run.graph.nodes[-1].id
    answer = next(
        found
        for found in (
            run.explained.answer(Distribution(node=n.id, output=0))
            for n in reversed(run.graph.nodes)
        )
        if found.value.numel == 12000 and found.value.nan
    )
    assert node and (answer.value.nan, answer.value.inf) == (1, 2)
    assert answer.value.max == answer.value.norm == "nan"
    assert sum(answer.counts) == 12000 - 3
    assert math.isfinite(answer.scale)


@pytest.mark.parametrize(
    ("make", "counts"),
    [
        ("torch.tensor([True, False, True])", [1, 2]),
        ("torch.tensor([3, 5, 3, 4])", [2, 1, 1]),
        ("torch.zeros(0)", []),
        ("torch.full((5,), float('nan'))", []),
    ],
)
def test_whole_numbers_have_a_bar_each(asked, make, counts):
    assert of(asked(f"import torch\nt = {make}\n")).counts == counts


@pytest.mark.parametrize(
    "make", ["torch.tensor(2.)", "torch.full((9,), 3.)", "torch.zeros(9)", "torch.tensor([1e-40, 1e38])", "torch.tensor([1e-320, 1e308], dtype=torch.float64)", "torch.tensor([-1e308, 1e308], dtype=torch.float64)", "torch.ones(70).half()"]
)  # fmt: skip
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_extremes_are_counted_too(asked, make, scale):
    answer = of(asked(f"import torch\nt = {make}\n"), scale)
    assert sum(answer.counts) == answer.value.numel
    assert answer.edges == sorted(answer.edges) and all(map(math.isfinite, answer.edges))


def test_complex_numbers_are_refused(asked):
    run = asked("import torch\nt = torch.ones(4, dtype=torch.cfloat)\n")
    assert run.refused(Distribution(node=run.id("t"), output=0)) == "no_distribution"
