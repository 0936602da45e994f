"""Programs as people paste them in; what read says, and the numbers that come out."""

from __future__ import annotations

import builtins

import pytest
import torch
from hypothesis import given, settings, strategies

from app.errors import ProgramError
from app.program import FILENAME, Program, fault, importer, read, tree
from app.protocol import Job


def last_of(source: str) -> torch.Tensor:
    program = read(Job(source=f"answer_ = {source}" if "\n" not in source else source))
    placed: dict[str, torch.Tensor] = {}
    exec(compile(tree(program), FILENAME, "exec"), placed)
    written: dict[str, torch.Tensor] = {}
    exec(program.code, written)
    assert torch.equal(placed["answer_"], written["answer_"])
    return placed["answer_"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x=3\nanswer_ = 2x^2", 18.0), ("x=3\nanswer_ = -x²", -9.0),
        ("x=2\nanswer_ = 2(x+1)", 6.0), ("x=2, y=5: answer_ = x y\n", 10.0),
        ("x=-2\nanswer_ = |x| + √4", 4.0), ("x=0\nanswer_ = σ(x)", 0.5),
        ("f(x) = x^2 + 1\nanswer_ = f(3)", 10.0), ("x=1\nanswer_ = sin²(x) + cos^2 x", 1.0),
        ("x=1\nanswer_ = e^-x", 0.36787945), ("x=3\nanswer_ = x ÷ 2 − 1", 0.5),
        ("lambda=2\nanswer_ = lambda·3", 6.0), ("θ=2 # c\nanswer_ = θ**3 // c", 8.0),
        ("x₁=2\nanswer_ = x_1 × 4", 8.0), ("v=[1,2]\nanswer_ = v @ v", 5.0),
        ("A=[1,2;3,4]\nanswer_ = det(A)", -2.0), ("A=[1,2;3,4]\nanswer_ = sum(Aᵀ @ A)", 58.0),
        ("x=2\nanswer_ = max(x, 5)", 5.0), ("x=1\nanswer_ = log 2x", 0.6931472),
        ("x=2\nanswer_ = |x||x|", 4.0), ("a=b=2\nanswer_ = a b", 4.0),
        ("`x=2`\nanswer_ = `3x`", 6.0),
    ],
)  # fmt: skip
def test_mathematics_gives_its_value(source: str, expected: float) -> None:
    assert last_of(source).item() == pytest.approx(expected, abs=1e-5)


def test_scalar_neuron_has_known_gradients() -> None:
    names: dict[str, torch.Tensor] = {}
    source = "x=1.1, y=1.0, w=2.2, b=0: z=x*w+b; a=sigmoid(z); L=BCE(a,y)"
    exec(read(Job(source=source)).code, names)
    names["L"].backward()
    assert names["w"].grad.item() == pytest.approx(-0.0898, abs=1e-4)
    assert names["b"].grad.item() == pytest.approx(-0.0817, abs=1e-4)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "empty_program"), ("(x+1", "unbalanced"), ("foo(x)", "unknown_function"),
        ("x +", "trailing_operator"), ("x ? y", "unexpected_character"),
        ("(" * 100_000, "too_deep"), ("+".join(["x"] * 10_000), "too_deep"),
        ("import torch\n" + "(" * 100_000, "too_deep"), ("import torch\nx = (", "syntax_error"),
        ('C = {\n"a": 1,  // b\n"c": False // d\n}', "not_a_program"),
        ("import shutil\nshutil.rmtree('a')", "forbidden_import"),
        ("class A:\ndef f(self):\nreturn 1", "lost_indentation"),
        ("import torch\nreturn torch.ones(1)", "syntax_error"),
        (r"\mathbb{P}_t[\alpha]\binom{n}{k}", "latex_command"), (r"\int_0^1 x", "integral_written"),
        (r"\lim_{h \to 0} h", "limit_written"), (r"\arg\min_w L(w)", "latex_argument_open"), (r"\sum_{i=1}^{1000000} x_i", "latex_terms"),
        (r"\frac{\partial L}{\partial w} = x", "derivative_given"), (r"x^10 \cdot y", "latex_braces"),
        (r"L = \sum_i y_i + z_i", "latex_spent"), ("{" * 500 + r"\frac{", "too_deep"),
        (r"\sum_{i=1}^{90}\sum_{j=1}^{90} x_{ij}", "latex_long"), ("9^9^9^9", "number_too_large"),
        ("import torch\nx = await torch.ones(1)", "syntax_error"),
        ("import torch\ndef f(a, a): return a", "syntax_error"),
        ("import torch\nbreak", "syntax_error"),
    ],
)  # fmt: skip
def test_bad_source_has_its_code(source: str, code: str) -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=source))
    assert caught.value.problem.code == code


def test_columns_count_pasted_characters() -> None:
    program = read(Job(source=">>> ñandú = torch.ones(2); é = ñandú.sum()"))
    last = tree(program).body[-1]
    assert program.source[last.col_offset : last.end_col_offset] == "é = ñandú.sum()"


def test_input_replaces_a_literal() -> None:
    source = "import torch\nw = torch.tensor(2.0)\ny = w * 2"
    names: dict[str, torch.Tensor] = {}
    exec(compile(tree(read(Job(source=source, inputs={"w": 5.0}))), FILENAME, "exec"), names)
    assert names["y"].item() == 10.0


def test_undefined_name_is_explained() -> None:
    program = read(Job(source="reshaped = tensor2d.reshape(4, 1)"))
    try:
        exec(compile(tree(program), FILENAME, "exec"), {})
    except NameError as error:
        problem = fault(error, program, "es")
    assert problem.code.startswith("undefined_name")
    assert problem.span is not None and problem.span.column == 11


@settings(max_examples=150, deadline=None)
@given(strategies.text(alphabet="xyf12.+-*/^()[]|=,;:\n √²ᵀσ'\"#@torch{}"))
def test_read_only_raises_program_errors(source: str) -> None:
    try:
        assert isinstance(read(Job(source=source)), Program)
    except ProgramError as error:
        assert error.problem.code


@pytest.mark.parametrize(
    "line",
    [
        "!pip install torch",
        "pip install torch",
        "%matplotlib inline",
        "torch.tensor?",
        "$ pip3 install x",
    ],
)
def test_notebook_lines_are_left_out(line: str) -> None:
    assert len(tree(read(Job(source=f"{line}\nimport torch\nx = torch.ones(2)"))).body) == 2


def ran(source: str) -> dict[str, object]:
    names: dict[str, object] = {
        "__builtins__": {**vars(builtins), "__import__": importer(lambda *_: None)}
    }
    exec(compile(tree(read(Job(source=source))), FILENAME, "exec"), names)
    return names


def test_drawing_unpacks_as_matplotlib_does() -> None:
    names = ran(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1])\n"
        "fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))\nfig, grid = plt.subplots(2, ncols=3)\n"
        "(a, b, c), (d, e, f) = grid\nfor one in grid.flat: one.set_title('t')\ngrid[0, 1].grid()"
    )
    assert names["grid"].shape == (2, 3)


def test_bars_write_nowhere() -> None:
    assert ran("from tqdm import tqdm\ntqdm.write('x')\nn = sum(tqdm(range(3)))")["n"] == 3


def test_module_that_never_began_is_explained() -> None:
    program = read(
        Job(
            source="class N(nn.Module):\n    def __init__(self):\n        self.a = nn.Linear(1, 1)\nN()"
        )
    )
    with pytest.raises(AttributeError) as caught:
        exec(compile(tree(program), FILENAME, "exec"), {"nn": torch.nn})
    assert fault(caught.value, program, "en").code == "module_not_begun"


def test_lone_surrogates_are_told_in_ascii() -> None:
    program = read(Job(source="import torch\nraise ValueError('\\ud800')"))
    with pytest.raises(ValueError) as caught:
        exec(compile(tree(program), FILENAME, "exec"), {})
    assert "ud800" in fault(caught.value, program, "en").message.encode("utf-8").decode()


FENCED = '```json\n{\n"vocab_size": 50, // words\n"emb_dim": 8, "n_heads": 2,\n"n_layers": 1, "context_length": 8\n}\n```\n'


def test_configuration_in_a_fence_is_a_network() -> None:
    program = read(Job(source=FENCED))
    assert program.language == "network"
    assert {part.span.line for part in program.parts if part.span.end_column} >= {3, 4, 5}


def test_python_is_chosen_among_fences() -> None:
    page = "# A page\n```json\n{1: 2}\n```\ntext\n```python\nimport torch\nx = torch.ones(2)\n```\n```css\na {}\n```"
    assert [type(node).__name__ for node in tree(read(Job(source=page))).body] == [
        "Import",
        "Assign",
    ]


@pytest.mark.parametrize(
    ("fragment", "proposed"),
    [
        ("print(tensor2d.shape)", True), ("reshaped = tensor2d.reshape(4, 1)", True),
        ("float_tensor = tensor1d.to(torch.float32)", True), ("result = tensor2d @ tensor2d.T", True),
        ("```python\ntransposed = tensor2d.T\n```", True),
        ("out = thing.fit(2)", False), ("for p in thing.parameters(): pass", False),
    ],
)  # fmt: skip
def test_fragment_is_given_an_example_value(fragment: str, proposed: bool) -> None:
    program = read(Job(source=fragment))
    with pytest.raises(NameError) as caught:
        exec(compile(tree(program), FILENAME, "exec"), {"torch": torch})
    problem = fault(caught.value, program, "en")
    assert (problem.code == "undefined_name_tensor") is bool(problem.repair) is proposed
    if problem.repair:
        exec(problem.repair, {"torch": torch})
