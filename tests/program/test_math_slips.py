"""Mathematics that would be misread in; an error with a repair that runs, or what to write, out."""

from __future__ import annotations

import pytest

from app.autograd import run
from app.errors import ProgramError
from app.program import read
from app.protocol import Job, Options

REPAIRED = [
    ("L = 3,5*x", "decimal_comma", "L = 3.5*x"),
    ("y = 2,5x + 1,25", "decimal_comma", "y = 2.5x + 1.25"),
    ("y = (3,5+x)*sin(0,5x)", "decimal_comma", "y = (3.5+x)*sin(0.5x)"),
    ("y = 1.000,5 x", "decimal_comma", "y = 1000.5 x"),
    ("y = 1,000,000 x", "decimal_comma", "y = 1000000 x"),
    ("f(x) = x^2\nL = w f(1,5)", "decimal_comma", "f(x) = x^2\nL = w f(1.5)"),
    ("x = 1,5; y = 2x", "decimal_comma", "x = 1.5; y = 2x"),
    ("y = √x, x ≥ 0", "condition_written", "y = √x"),
    ("x + y ≤ 1 + z", "condition_written", "max(0, x + y - (1 + z))"),
    ("y = x², x ∈ ℝ", "condition_written", "y = x²"),
    ("x >= 0", "condition_written", "max(0, -x)"),
    ("dy/dx = 2x", "derivative_written", "y' = 2x"),
    ("L = w^2\n∂L/∂w", "derivative_written", "L = w^2"),
    ("d/dx (x^2 + 1)", "derivative_written", "x^2 + 1"),
    ("f(x) = x^2\nf'(x)", "prime_written", "f(x) = x^2\nf(x)"),
    ("x → 2x", "mapping_written", "f(x) = 2x"),
    ("x -> 2x", "mapping_written", "f(x) = 2x"),
    ("y ≈ 2x", "about_equal", "y = 2x"),
    ("J = ‖v‖²", "norm_written", "J = norm(v)²"),
    ("y = w*x, x = 2, w = [1, 2]", "assigned_later", "w = [1, 2]\ny = w*x, x = 2"),
    ("y = 2x\nx = 3", "assigned_later", "x = 3\ny = 2x"),
    ("derivative of sin(x^2)", "derivative_asked", "sin(x^2)"),
    ("gradient of x y at x=2, y=3", "derivative_asked", "x=2, y=3\nx y"),
    ("derivada de x^3 respecto a x en x = 2", "derivative_asked", "x = 2\nx^3"),
    (
        "la pérdida es L = (y - 2x)^2 con x = 2, y = 1",
        "words_around",
        "x = 2, y = 1\nL = (y - 2x)^2",
    ),
    ("función: f(x) = x^2", "words_around", "f(x) = x^2"),
    ("y = x if x > 0 else 0.1x", "either_written", "y = where(x > 0, x, 0.1x)"),
    ("y <- x^2", "arrow_assigned", "y = x^2"),
    ("σ(x) = 1/(1+e⁻ˣ)", "superscript_written", "σ(x) = 1/(1+e^(-x))"),
    ("y = x.^2 + 3.*x", "element_signs", "y = x ^ 2 + 3 * x"),
    ("y = sin(30°)", "degrees_written", "y = sin((30 π/180))"),
    ("y = 15% x", "percent_written", "y = (15/100) x"),
    ("x = (1 ± √(b))/2", "plus_minus", "x = (1 + √(b))/2"),
]


@pytest.mark.parametrize(("source", "code", "repair"), REPAIRED)
def test_slip_is_repaired(source: str, code: str, repair: str) -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=source))
    problem = caught.value.problem
    assert (problem.code, problem.repair) == (code, repair) and problem.span
    outcome = run(Job(source=repair)).outcome  # a further slip is the next repair's
    assert outcome.problem is None or outcome.problem.repair


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("dL/dw", "derivative_written_open"),
        ("f'(x)", "prime_written_open"),
        ("0 < x < 1", "condition_written_open"),
        ("x --> h --> y", "drawn_network"),
        ("where(x, 1, 2)", "condition_missing"),
        ("∑ x", "sum_written"),
        ("L = Σ x_i", "sum_written"),
        ("w = w - 0.1 dL/dw", "derivative_written_open"),
        ("g = ∇f", "derivative_written_open"),
        ("∫ x dx", "integral_written"),
        ("lim x->0 sin(x)/x", "limit_written"),
    ],
)
def test_what_cannot_be_repaired_is_explained(source: str, code: str) -> None:
    with pytest.raises(ProgramError) as caught:
        read(Job(source=source))
    assert (caught.value.problem.code, caught.value.problem.repair) == (code, None)


RUNS = [
    ("f(x, y) = x y\nL = f(2,5) w", 5.0),
    ("v = [1,5]\nL = v[0] x", 0.5),
    ("x = 2, y = 3\nL = x y w", 3.0),
    ("L = max(3,5) x", 2.5),
    ("L = |x||y|", 0.15),
    ("L = ½ x²", 0.125),
    ("L = 2½ x", 1.25),
    ("dx = 2\ndy = 3\nL = w dy/dx", 0.75),
    ("f'(x) = 2x\nL = f'(w)", 1.0),
    ("L = √x √x", 0.5),
    ("w = [1, 2]\nx = [3, 4]\nL = wᵀx v", 5.5),
    ("w = [1, 2]\nA = [1, 2; 3, 4]\nL = v 2wᵀA w", 27.0),
    ("L = wᵀx", 0.16),
    ("L = 2 ⊙ x", 1.0),
    ("L = 2 sin x cos x", 0.841471),
    ("y' = 2x", 1.0),
]


@pytest.mark.parametrize(("source", "value"), RUNS)
def test_what_is_no_slip_runs(source: str, value: float) -> None:
    outcome = run(Job(source=source)).outcome
    assert outcome.graph is not None and outcome.problem is None
    (root,) = [node for node in outcome.graph.nodes if node.id == outcome.graph.root]
    assert root.outputs[0].value.data == pytest.approx(value, abs=1e-5)


def test_thousands_are_read_as_the_language_writes_them() -> None:
    for lang, repair in (("en", "1000 x"), ("es", "1.000 x")):
        with pytest.raises(ProgramError) as caught:
            read(Job(source="1,000 x", options=Options(lang=lang)))
        assert caught.value.problem.repair == repair
