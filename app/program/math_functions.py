"""A function's mathematical name in; the torch call it stands for, out."""

from __future__ import annotations

import re
from typing import NamedTuple


class Function(NamedTuple):
    """`path` in torch (`F.` for torch.nn.functional); `least`..`most` arguments; keywords added.

    `plain` argument positions take bare numbers; `pair` is the path for two or more arguments."""

    path: str
    least: int = 1
    most: int = 1
    keywords: tuple[tuple[str, object], ...] = ()
    plain: tuple[int, ...] = ()
    pair: str | None = None


def _table() -> dict[str, Function]:
    names = (
        "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp log log2 log10 sqrt abs"
    )
    names += " sigmoid relu erf floor ceil round sign trace det square reciprocal cumsum"
    found = {name: Function(f"torch.{name}") for name in names.split()}
    found |= {
        name: Function(f"F.{name}") for name in ("softplus", "gelu", "silu", "mish", "softsign")
    }
    found |= {name: Function(f"F.{name}", 1, 2, (), (1,)) for name in ("leaky_relu", "elu")}
    for name in ("softmax", "log_softmax"):
        found[name] = Function(f"torch.{name}", 1, 2, (("dim", -1),), (1,))
    for name in ("sum", "mean", "prod", "var", "std"):
        found[name] = Function(f"torch.{name}", 1, 2, (), (1,))
    for name in ("dot", "matmul", "outer"):
        found[name] = Function(f"torch.{name}", 2, 2)
    found |= {
        "det": Function("torch.linalg.det"),
        "variance": Function("torch.var", 1, 1, (("correction", 0),)),
        "inverse": Function("torch.linalg.inv"),
        "norm": Function("torch.linalg.norm"),
        "transpose": Function("transpose"),
        "cumsum": Function("torch.cumsum", 1, 1, (("dim", 0),)),
        "max": Function("torch.max", 1, 20, (), (), "torch.maximum"),
        "min": Function("torch.min", 1, 20, (), (), "torch.minimum"),
        "pow": Function("torch.pow", 2, 2, (), (1,)),
        "clamp": Function("torch.clamp", 2, 3, (), (1, 2)),
        "atan2": Function("torch.atan2", 2, 2),
        "cross_entropy": Function("F.cross_entropy", 2, 2),
        "binary_cross_entropy": Function("F.binary_cross_entropy", 2, 2),
        "mse_loss": Function("F.mse_loss", 2, 2),
        "l1_loss": Function("F.l1_loss", 2, 2),
    }
    other = {
        "arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log", "log_2": "log2",
        "log_10": "log10", "σ": "sigmoid", "sigm": "sigmoid", "ReLU": "relu", "GELU": "gelu",
        "tg": "tan", "sen": "sin", "swish": "silu", "SiLU": "silu", "inv": "inverse",
        "BCE": "binary_cross_entropy", "bce": "binary_cross_entropy", "MSE": "mse_loss",
        "mse": "mse_loss", "CE": "cross_entropy", "tr": "trace", "sgn": "sign", "LeakyReLU": "leaky_relu",
        "crossentropy": "cross_entropy", "raiz": "sqrt", "Sigmoid": "sigmoid", "Softmax": "softmax",
        "avg": "mean", "clip": "clamp", "binary_crossentropy": "binary_cross_entropy",
    }  # fmt: skip
    return found | {name: found[same] for name, same in other.items()}


#: every function mathematics may call, by its name
FUNCTIONS = _table()
#: log_3 and log_b: a logarithm to another base, a number or one letter, be it Greek
LOG = re.compile(r"log_?(\d{1,9})|log_([^\W\d_]|alpha|beta|gamma|phi)")
#: functions whose argument needs a matrix, so an unknown name in it gets one
MATRIX = {"transpose", "det", "inverse", "inv", "trace", "tr", "matmul"}
#: what sin⁻¹ means
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh", "cosh": "acosh"}
INVERSES |= {"tanh": "atanh", "exp": "log"}


def log_base(name: str) -> str | None:
    """What `name` is the logarithm to, where it is one that no function of its own computes."""
    match = None if name in FUNCTIONS else LOG.fullmatch(name)
    return match and (match[1] or match[2])
