"""Any part of any tensor: torch's own numbers, exactly the elements asked for, clear refusals."""

import math

import pytest
import torch

from app.errors import ProgramError
from app.explain.slices import readable
from app.explanations import Slice

BIG = "import torch\ntorch.manual_seed(7)\nt = torch.randn(50, 4, 300, requires_grad=True)\nL = (t ** 3).sum()\nL.backward()\n"


@pytest.fixture(scope="module")
def big():
    from tests.explain.conftest import Asked

    return Asked(BIG)


def whole():
    torch.manual_seed(7)
    return torch.randn(50, 4, 300)


def part(run, index, of="value", name="t"):
    return run.ask(Slice(node=run.id(name), output=0, of=of, index=index))


@pytest.mark.parametrize(
    "index", [[[0, 50, 12], 2, [10, 300, 7]], [3, [1, 3], [290, 999]], [-1, -1, [0, 8, 1]], [0, 0, 0], [[40, 10], 0, 0]]
)  # fmt: skip
def test_numbers_equal_those_of_torch(big, index):
    answer = part(big, index)
    expected = whole()[tuple(i if isinstance(i, int) else slice(*i) for i in index)]
    assert answer.value.data == expected.tolist()
    assert (answer.shape, answer.whole) == (list(expected.shape), [50, 4, 300])


def test_gradient_is_read_too(big):
    answer = part(big, [[0, 5], 1, [0, 5]], "gradient")
    t = whole().requires_grad_()
    (t**3).sum().backward()
    assert answer.value.data == t.grad[:5, 1, :5].tolist()


def test_answer_says_which_elements_it_shows(big):
    answer = part(big, [[-20, 999, 12], -2])
    assert answer.index == [[30, 50, 12], 2, [0, 300, 1]]
    assert answer.dtype == "float32"


@pytest.mark.parametrize(
    "index",
    [[50, 0, 0], [-51, 0, 0], [0, 0, 0, 0], [[0, 5, 0], 0, 0], [[0, 5, -1], 0, 0], [[1], 0, 0], [[], 0, 0], [[1, 2, 3, 4], 0, 0], [10**30, 0, 0], [0, [0, 4, -(10**30)], 0]],
)  # fmt: skip
def test_hostile_index_is_refused_in_words(big, index):
    answer = part(big, index)
    assert answer.problem.code == "slice_index" and answer.value is None
    assert "[50, 4, 300]" in answer.problem.message


def test_huge_bounds_end_where_the_tensor_does(big):
    assert part(big, [0, 0, [0, 10**30, 10**29]]).shape == [1]


def test_too_large_a_part_is_refused_before_it_is_read(big):
    answer = part(big, [])
    assert answer.problem.code == "slice_too_large"
    assert "60000" in answer.problem.message


def test_nothing_there_is_refused(big):
    for question in (Slice(node="n999", output=0), Slice(node=big.id("t"), output=9), Slice(node=big.id("t"), output=-1)):  # fmt: skip
        assert big.ask(question).problem.code == "no_slice"
    no_gradient = Slice(node=big.op("sum").id, output=3, of="gradient")
    assert big.ask(no_gradient).problem.code == "no_slice"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("torch.tensor(2.5)", 2.5),
        ("torch.zeros(0, 3)", []),
        ("torch.arange(70) % 3 == 0", [k % 3 == 0 for k in range(70)]),
        ("torch.arange(70)", list(range(70))),
        ("torch.full((70,), 0.1).half()", [0.0999755859375] * 70),
        ("torch.full((70,), 0.1).bfloat16()", [0.10009765625] * 70),
        ("torch.full((2,), 1 + 2j)", ["(1+2j)"] * 2),
        ("torch.tensor([float('nan'), float('inf'), -float('inf')])", ["nan", "inf", "-inf"]),
        ("torch.ones(1, 70).expand(9, 70)[:, ::35]", [[1, 1]] * 9),
    ],
)
def test_every_kind_of_tensor_is_read(asked, make, expected):
    run = asked(f"import torch\nt = {make}\n")
    assert part(run, []).value.data == expected


def test_sparse_and_zero_tensors_are_written_out():
    eye = torch.eye(3)
    assert readable(eye.to_sparse(), "en").tolist() == eye.tolist()
    zeros = torch._efficientzerotensor((2, 2))
    assert readable(zeros, "en").tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    "tensor", [torch.empty(4, 4, device="meta"), torch.sparse_coo_tensor(size=(10**6, 10**6))]
)  # fmt: skip
def test_tensor_without_elements_to_read_is_explained(tensor):
    with pytest.raises(ProgramError) as refused:
        readable(tensor, "en")
    assert refused.value.problem.code == "slice_unreadable"


def test_value_overwritten_later_is_the_old_one(asked):
    run = asked("import torch\nt = torch.zeros(100)\nt.add_(1)\n")
    assert part(run, [[0, 3]]).value.data == [0, 0, 0]


def test_statistics_of_a_part_are_its_own(big):
    value = part(big, [0, 0]).value
    expected = whole()[0, 0]
    assert math.isclose(value.mean, float(expected.mean()), rel_tol=1e-5, abs_tol=1e-7)
    assert value.numel == 300 and not value.approximate


def test_a_contribution_is_one_uses_share_of_the_gradient():
    from tests.explain.conftest import Asked

    run = Asked(
        "import torch\nt = torch.arange(6.0, requires_grad=True)\nL = (t * 3).sum() + (t * t).sum()\nL.backward()\n"
    )
    node = run.id("t")
    edges = [edge for edge in run.graph.edges if edge.source.node == node]
    parts = [
        run.ask(Slice(node=node, output=0, of="gradient", edge=edge.id)).value.data
        for edge in edges
    ]
    numbers = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert parts == [[3.0] * 6, numbers, numbers]
    strange = Slice(node=run.id("L"), output=0, of="gradient", edge=edges[0].id)
    assert run.ask(strange).problem.code == "no_slice"
