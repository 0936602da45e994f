"""A program that trains scikit-learn's MLPClassifier or MLPRegressor in; the same network as a layer
line, with the sizes of the data it names, out."""

from __future__ import annotations

import re

_MADE = re.compile(r"\bMLP(Classifier|Regressor)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_HIDDEN = re.compile(r"hidden_layer_sizes\s*=\s*[(\[]?\s*(\d+(?:\s*,\s*\d+)*)")
_ACTIVATION = re.compile(r"activation\s*=\s*['\"](\w+)['\"]")
#: data sets it brings along: features, classes
_DATA = {
    "load_iris": (4, 3), "load_digits": (64, 10), "load_wine": (13, 3), "load_breast_cancer": (30, 2),
    "make_moons": (2, 2), "make_circles": (2, 2), "make_blobs": (2, 3), "make_classification": (20, 2),
    "load_diabetes": (10, 1), "fetch_california_housing": (8, 1), "make_regression": (100, 1),
    "fetch_openml": (784, 10),
}  # fmt: skip
_NAMES = {"logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}


def with_layers(source: str) -> str | None:
    """None where it has no such network."""
    found = _MADE.search(source)
    if found is None:
        return None
    kind, arguments = found.groups()
    hidden = _HIDDEN.search(arguments)
    sizes = re.findall(r"\d+", hidden[1]) if hidden else ["100"]
    activation = _ACTIVATION.search(arguments)
    between = _NAMES.get(activation[1] if activation else "relu")
    features, classes = next((_DATA[name] for name in _DATA if name in source), (20, 2))
    if features_said := re.search(r"n_features\s*=\s*(\d+)", source):
        features = int(features_said[1])
    if classes_said := re.search(r"(?:n_classes|centers)\s*=\s*(\d+)", source):
        classes = int(classes_said[1])
    middle = [f"{size} {between}" if between else size for size in sizes]
    ending = [f"{classes}, cross_entropy"] if kind == "Classifier" else ["1, mse"]
    return " → ".join([str(features), *middle, *ending])


def alone(text: str) -> str | None:
    """The same where nothing but that network stands there."""
    return with_layers(text) if re.fullmatch(rf"(?:\w+\s*=\s*)?{_MADE.pattern}", text) else None
