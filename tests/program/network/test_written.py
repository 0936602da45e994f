"""Layers in other notations in; the layer line that says the same and runs, out."""

from __future__ import annotations

import pytest

from app.autograd import run
from app.program.language import detect
from app.program.network.written import written
from app.protocol import Job

SMALL = "linear 10→5, relu, linear 5→1"
PRINTED = """Sequential(
  (0): Linear(in_features=10, out_features=5, bias=True)
  (1): ReLU()
  (2): Linear(in_features=5, out_features=1, bias=True)
)"""
KERAS = """from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
model = Sequential()
model.add(Dense(64, activation='relu', input_dim=100))
model.add(Dense(10, activation='softmax'))
model.compile(optimizer='adam', loss='categorical_crossentropy')
model.summary()"""
IMAGES = """model = keras.Sequential([
  layers.Conv2D(8, (3, 3), activation='relu', padding='same', input_shape=(28, 28, 1)),
  layers.MaxPooling2D((2, 2)),
  layers.Flatten(),
  layers.Dropout(0.2),
  layers.Dense(10),
])"""


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Linear(10, 5) -> ReLU -> Linear(5, 1)", SMALL),
        ("nn.Linear(10, 5) |> nn.ReLU() |> nn.Linear(5, 1)", SMALL),
        ("Linear(10, 5)\nReLU()\nLinear(5, 1)", SMALL),
        ("layers = [nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 1)]", SMALL),
        ("nn.Sequential(nn.Linear(10, 5), nn.ReLU(inplace=True), nn.Linear(5, 1))", SMALL),
        ("self.fc1 = nn.Linear(10, 5)\nrelu\nself.fc2 = nn.Linear(5, 1)", SMALL),
        (PRINTED, SMALL),
        (KERAS, "100, linear 64, relu, linear 10, softmax, cross_entropy"),
        (IMAGES, "1x28x28, conv 8 k3 p1, relu, pool 2, flatten, dropout 0.2, linear 10"),
        ("Dense(64, activation='relu')", "784, linear 64, relu"),
        ("MLPRegressor(hidden_layer_sizes=(9, 5), activation='tanh')", "20 → 9 tanh → 5 tanh → 1, mse"),
        ("entrada 784, oculta 128 (ReLU), salida 10 (softmax)", "784 → 128 relu → 10, softmax"),
        ("Input (784) --> [Hidden 128, ReLU] --> [Output 10]", "784 → 128 relu → 10"),
        ("+---+   +---+\n| x: 4 | --> | h: 3 | --> | y: 1 |\n+---+", "4 → 3 relu → 1"),
        ("fc1: 10 x 5\nrelu\nfc2: 5 x 1", SMALL),
        ("MLP(784, [128, 64], 10)", "784 → 128 relu → 64 relu → 10"),
        ("784-128-10", "784 → 128 relu → 10"),
        ("MLP [784, 128, 64, 10]", "784 → 128 relu → 64 relu → 10"),
        ("mlp: 784-128-10 tanh, cross_entropy", "784 → 128 tanh → 10, cross_entropy"),
        ("input: 784, hidden: 128, output: 10", "784 → 128 relu → 10"),
        ("net: 784 → 128 → 10", "784 → 128 → 10"),
        ("784 → relu(128) → 10 (softmax)", "784, 128 relu, 10 softmax"),
        ("LSTM(10, 20) -> Linear(20, 1)", "16x10, lstm 20, linear 20→1"),
        ("Conv2d(3, 8, 3, padding=1, bias=False) => ReLU", "conv 3→8 k3 p1 nobias, relu"),
    ],
)  # fmt: skip
def test_layers_are_written_as_a_line(source: str, line: str) -> None:
    problem = run(Job(source=source)).outcome.problem
    assert problem is not None and (problem.code, problem.repair) == ("layers_written", line)
    assert run(Job(source=line)).outcome.problem is None


@pytest.mark.parametrize(
    "source",
    [
        "relu(3) + tanh(2)", "softmax([1, 2])", "784 - 128 - 10", "2022-11-25", "[784, 128, 10]",
        "f(x) = x^2", "net = Linear(3, 4)\nprint(net)", "y = Linear(3, 4)(x)", "conv(a, b)",
        "nn.Conv2d(3, 8, (3, 5))", "nn.Linear(3, 4), nn.Fancy(4)", "model.fit(x, y)",
    ],
)  # fmt: skip
def test_what_says_more_is_left_alone(source: str) -> None:
    assert written(source) is None


def test_arrows_and_plain_words_are_read_at_once() -> None:
    for source in ("784 => 128 => 10", "784 |> 128 |> 10", "input 784 -> hidden 128 -> output 10"):
        assert detect(source) == "network" and run(Job(source=source)).outcome.problem is None
    assert run(Job(source="784 → 10 cross entropy")).outcome.problem is None


def test_line_that_does_not_fit_is_repaired() -> None:
    for source, repair in (
        ("linear 10→5, relu, linear 6→1", "linear 10→5, relu, linear 1"),
        ("linear 5, relu", "784 → linear 5, relu"),
    ):
        problem = run(Job(source=source)).outcome.problem
        assert problem is not None and problem.repair == repair
        assert run(Job(source=repair)).outcome.problem is None


def test_window_beside_a_layer_is_its_kernel() -> None:
    problem = run(Job(source="1x8x8 → conv 4 3x3 → flatten → 2")).outcome.problem
    assert problem is not None and problem.code == "layer_dims"
    assert problem.repair == "1x8x8 → conv 4 k3 → flatten → 2"
    assert run(Job(source=problem.repair)).outcome.problem is None


def test_printed_module_has_no_way_through_it() -> None:
    printed = PRINTED.replace("Sequential", "Net").replace("ReLU()", "Strange(1)")
    problem = run(Job(source=printed)).outcome.problem
    assert problem is not None and problem.code == "printed_model"
    assert detect("x: 4, y: 3") == "math"
