"""The derivation: every step written, closed forms true and simplified."""

import pytest
import sympy
import torch

from app.explain.closed import FUNCTIONS
from app.explain.derive import Deriver
from app.explanations import Derive
from tests.explain.test_card import NEURON


def closed(run):
    return {form.leaf: form for form in run.ask(Derive()).closed}


def test_neuron_closed_form_is_prediction_minus_truth(asked):
    run = asked(NEURON)
    forms = closed(run)
    assert r"= x \left(a - y\right) = -0.08983" in forms[run.id("w")].latex
    assert "= a - y = -0.08166" in forms[run.id("b")].latex


def test_same_neuron_as_mathematics_has_the_same_form(asked):
    run = asked("z = w*x + b\na = sigmoid(z)\nL = -(y log(a) + (1-y) log(1-a))")
    assert r"x \left(a - y\right)" in closed(run)[run.id("w")].latex


@pytest.mark.parametrize(
    "formula",
    [
        "x^3 + 2x",
        "sin(x)*exp(-x)",
        "log(1 + exp(x))",
        "tanh(x)^2",
        "relu(x)^2",
        "1/(1+x^2)",
        "sqrt(x^2+1)",
        "max(x, 0.1)*x",
    ],
)
def test_closed_form_is_the_gradient(asked, formula):
    run = asked(f"L = {formula}")
    (form,) = closed(run).values()
    assert form.value == pytest.approx(form.autograd, rel=1e-3)


def test_every_step_is_a_line(asked):
    run = asked(NEURON)
    found = run.ask(Derive())
    backward = next(one for one in run.graph.passes if one.kind == "backward")
    sent = [step.node for step in backward.steps if step.edges]
    assert [line.node for line in found.steps if line.edges] == sent
    assert found.left_out == 0


def test_both_copies_hold_every_line(asked):
    found = asked(NEURON).ask(Derive())
    assert (
        found.latex.startswith("\\begin{align}")
        and found.latex.count("\\\\\n") >= len(found.steps) - 1
    )
    assert found.markdown.count("\n\n") + 1 >= len(found.steps)
    assert "1. $" in found.markdown


def test_names_are_written_as_mathematics_writes_them(asked):
    found = asked("L = x_1*w2 + λ*dL_dw + θ_3*alpha").ask(Derive()).latex
    names = ("x_{1}", "w_{2}", r"\lambda", r"\text{dL\_dw}", r"\theta_{3}", r"\alpha")
    assert all(name in found for name in names)
    assert not set("λθα") & set(found)  # which pdflatex could not set


def test_what_has_no_closed_form_is_said(asked, monkeypatch):
    monkeypatch.setattr("app.explain.closed.SHOWN", 1)
    found = asked("x = 0.7\nw = 2.0\ny = sin(x) * exp(x) + w").ask(Derive())
    assert len(found.closed) == 1  # dy/dw = 1
    assert found.notes[0].startswith("1 of 2 gradients")


def test_tensor_program_has_no_closed_form_but_lines(asked):
    run = asked(
        "import torch\nA = torch.ones(2, 3, requires_grad=True)\n(A @ A.T).sum().backward()"
    )
    found = run.ask(Derive())
    assert found.closed == [] and any(r"\top" in line.latex for line in found.steps)


def test_long_pass_is_cut_and_says_so(asked):
    run = asked(
        "import torch\nx = torch.tensor(.5, requires_grad=True)\ny = x\nfor _ in range(200):\n    y = y * 0.99 + x\ny.backward()"
    )
    found = run.ask(Derive())
    assert found.left_out > 0 and str(found.left_out) in found.notes[0]


def test_symbolic_functions_agree_with_torch():
    x = 0.37
    for name, of in (
        ("normal_cdf", torch.special.ndtr),
        ("normal_pdf", lambda t: torch.exp(-t * t / 2) / (2 * torch.pi) ** 0.5),
        ("sigmoid", torch.sigmoid),
        ("exp2", torch.exp2),
    ):
        value = float(FUNCTIONS[name](sympy.Float(x)))
        assert value == pytest.approx(float(of(torch.tensor(x, dtype=torch.float64))), rel=1e-12)


def test_lines_cut_are_counted_without_being_written(asked, monkeypatch):
    source = "x = 0.7\nw = 2.0\ny = sin(x*w) * exp(x) + w"
    whole = asked(source).ask(Derive())
    written = []
    line = Deriver.line
    monkeypatch.setattr("app.explain.derive.LINES", 8)
    monkeypatch.setattr(
        Deriver, "line", lambda self, step: written.append(step) or line(self, step)
    )
    found = asked(source).ask(Derive())
    assert found.steps == whole.steps[:8] and len(written) < len(whole.steps) - 8
    assert found.left_out == len(whole.steps) - 8
