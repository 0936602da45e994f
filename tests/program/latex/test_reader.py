"""LaTeX against torch written by hand: values, names, places."""

import math

import pytest
import torch

from app.errors import ProgramError
from app.program import read
from app.program.latex import is_latex
from app.protocol import Job


def scope_of(source, inputs=None):
    program = read(Job(source=source, inputs=inputs or {}))
    assert program.language == "latex"
    scope = {}
    exec(program.code, scope)
    return scope


@pytest.mark.parametrize(
    ("source", "by_hand"),
    [
        (r"a = \sigma(wx+b)", lambda w, x, b: torch.sigmoid(w * x + b)),
        (r"a = \frac{1}{2}(\hat{y}-y)^2", lambda y_hat, y: (y_hat - y) ** 2 / 2),
        (r"a = x^{2}y + \sqrt[3]{x}", lambda x, y: x**2 * y + x ** (1 / 3)),
        (r"a = \operatorname{ReLU}(x) - e^{-x}", lambda x: torch.relu(x) - torch.exp(-x)),
        (r"a = \|w\|^2 \cdot \theta_1 \times 2", lambda w, theta_1: w * w * theta_1 * 2),
        (r"a = \tanh\left(xw+b\right)", lambda x, w, b: torch.tanh(x * w + b)),
        (r"a = \ln x + \log y + \sin^{-1} x", lambda x, y: torch.log(x * y) + torch.asin(x)),
        (r"a = -\left[y\log\hat y\right]", lambda y, y_hat: -y * torch.log(y_hat)),
        (r"a = \sum_{i=1}^{3} i x_i", lambda x_1, x_2, x_3: x_1 + 2 * x_2 + 3 * x_3),
        (r"a = \frac12 x + \alpha(x-1)", lambda x, alpha: x / 2 + alpha * (x - 1)),
        (r"a = \begin{cases} x^2, & \text{si } x \geq 1 \\ y & \text{otherwise} \end{cases}", lambda y: y + 0),
        (r"a = \begin{cases} 1 & x < 0 \\ 2 & 0 \le x < 1 \\ 3 & x \ge 1 \end{cases} x", lambda x: 2 * x),
        (r"a = \mathbb{1}[x > 0] y + \mathbf{1}_{\{x > 3\}}", lambda y: y + 0),
        (r"a = \mathbb{E}_{x \sim p}\left[2x\right] + \mathrm{Var}[y]", lambda x: 2 * x),
        (r"a = \log_{10} x + \frac{x^3}{3!} + \lfloor x \rfloor", lambda x: torch.log10(x) + x**3 / 6),
        (r"a = \log_3 x + \log_{b}^{2}(y+1)", lambda x, y, b: torch.log(x) / math.log(3) + (torch.log(y + 1) / torch.log(b)) ** 2),
        (r"a = z^2, \text{ where } z = wx, w \in \mathbb{R}", lambda w, x: (w * x) ** 2),
        (r"f: \mathbb{R}^2 \to \mathbb{R}, f(x) = x^2 \\ a \triangleq f(y)", lambda y: y**2),
        (r"D_{KL}(P \| Q) = p \log \frac{p}{q} \\ a = D_{KL}", lambda p, q: p * torch.log(p / q)),
        (r"f(w) = \max\{0, 1 - y\, w^T x\} \\ a = f(w)", lambda y, w, x: torch.relu(1 - y * w @ x)),
        (r"a = \sum_{i=1}^{2} \[5,1] x", lambda x: torch.tensor([10.0, 2.0]) * x),
        ("$$z = wx$$ and so\n$$a = z^{2}$$", lambda w, x: (w * x) ** 2),
        (r"\begin{aligned} z &= wx \\ a &= z^2 \\ &= z z z \end{aligned}", lambda w, x: (w * x) ** 3),
    ],
)  # fmt: skip
def test_latex_gives_what_torch_gives(source, by_hand):
    scope = scope_of(source)
    names = by_hand.__code__.co_varnames
    expected = by_hand(*(scope[name].detach() for name in names))
    torch.testing.assert_close(scope["a"].detach(), expected)


def test_series_without_end_is_cut_and_said():
    program = read(Job(source=r"a = \sum_{n=0}^{\infty} \frac{x^n}{n!}", inputs={"infty": 5}))
    scope = {}
    exec(program.code, scope)
    x = scope["x"].detach()
    expected = 1 + x + x**2 / 2 + x**3 / 6 + x**4 / 24 + x**5 / 120
    torch.testing.assert_close(scope["a"].detach(), expected)


def test_place_of_a_least_value_becomes_the_function():
    with pytest.raises(ProgramError) as caught:
        read(Job(source=r"\hat{w} = \arg\min_w (y - w x)^2"))
    assert caught.value.problem.code == "latex_argument"
    assert caught.value.problem.repair == "L = (y - w x)^2"


def test_lambda_keeps_its_letter():
    assert "λ" in scope_of(r"J = \lambda w^2", {"lambda": 2.0})


def test_end_of_a_sum_can_be_set():
    source = r"L = \frac{1}{n}\sum_{i=1}^{n}(y_i - \hat{y}_i)^2"
    scope = scope_of(source, {"n": 2})
    assert "y_3" not in scope and not scope["n"].requires_grad
    parts = [(scope[f"y_{i}"] - scope[f"y_hat_{i}"]) ** 2 for i in (1, 2)]
    torch.testing.assert_close(scope["L"], sum(parts) / 2)


def test_nodes_stand_at_the_latex():
    from app.autograd import run

    source = "z = wx\nL = \\frac{z}{2}"
    graph = run(Job(source=source)).outcome.graph
    span = next(node.span for node in graph.nodes if node.op == "div")
    assert (span.line, span.column, span.end_column) == (2, 4, 15)


def test_terms_of_a_sum_keep_their_names():
    from app.autograd import run

    source = r"L = \sum_{i=1}^{3} \sum_{j=1}^{2} w_{ij} x_i"
    graph = run(Job(source=source)).outcome.graph
    names = [node.name for node in graph.nodes if node.is_leaf]
    wanted = {f"x_{i}" for i in (1, 2, 3)} | {f"w_{i}{j}" for i in (1, 2, 3) for j in (1, 2)}
    assert set(names) == wanted and len(names) == len(wanted)
    assert all(node.span.end_column <= len(source) for node in graph.nodes if node.span)


def test_what_is_taken_for_granted_is_said():
    program = read(Job(source="The loss is\n$$L = \\sum_{i=1}^{n} x_i$$"))
    assert [(n.code, n.span.line) for n in program.notes] == [
        ("latex_count", 2),
        ("latex_prose", 1),
    ]
    assert not read(Job(source=r"L = \sum_{i=1}^{n} x_i", inputs={"n": 2})).notes


def test_comments_are_no_formulas():
    scope = scope_of("# \\why: with \\sum_{i} in it\n\\hat{y} = w x^{2} % and this\n")
    torch.testing.assert_close(scope["y_hat"].detach(), (scope["w"] * scope["x"] ** 2).detach())


@pytest.mark.parametrize("first", ["import torch", "import numpy as np", "from torch import nn"])
def test_formulas_in_strings_make_no_latex_of_a_program(first):
    assert not is_latex(f"{first}\nL = x**2\nplt.title(r'$\\frac{{dL}}{{dw}}$')\n")
    assert is_latex("We import $y = \\frac{x}{2}$ from\nimport statistics of $z = y^{2}$.\n")
