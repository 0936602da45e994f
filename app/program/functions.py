"""The functions and constants mathematics may use, and the torch call each stands for."""

from __future__ import annotations

#: name as written → torch expression that is called
FUNCTIONS: dict[str, str] = {
    **{
        name: f"torch.{name}"
        for name in ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "expm1", "log1p", "log2", "log10", "sqrt", "rsqrt", "abs", "sigmoid", "relu", "sum", "mean", "prod", "std", "var", "dot", "matmul", "det", "inverse", "trace", "floor", "ceil", "round", "sign", "clamp", "erf", "erfc", "lgamma", "square", "reciprocal", "maximum", "minimum", "outer", "cross", "cumsum", "logsumexp", "softmax", "log_softmax", "where", "transpose", "atan2", "pow", "logit", "norm"]
    },
    "arcsin": "torch.asin",
    "arccos": "torch.acos",
    "arctan": "torch.atan",
    "ln": "torch.log",
    "log": "torch.log",
    "σ": "torch.sigmoid",
    "max": "torch.max",
    "min": "torch.min",
    "inv": "torch.inverse",
    "softplus": "F.softplus",
    "ReLU": "torch.relu",
    "Tanh": "torch.tanh",
    "Sigmoid": "torch.sigmoid",
    "Softmax": "torch.softmax",
    "gelu": "F.gelu",
    "silu": "F.silu",
    "swish": "F.silu",
    "elu": "F.elu",
    "leaky_relu": "F.leaky_relu",
    "BCE": "F.binary_cross_entropy",
    "binary_cross_entropy": "F.binary_cross_entropy",
    "MSE": "F.mse_loss",
    "mse_loss": "F.mse_loss",
    "mse": "F.mse_loss",
    "bce": "F.binary_cross_entropy",
    "cross_entropy": "F.cross_entropy",
}
#: these want the dimension they work along; mathematics leaves it out and means the last
LAST_DIMENSION = frozenset(
    {"torch.softmax", "torch.log_softmax", "torch.logsumexp", "torch.cumsum"}
)
CONSTANTS = {"π": "math.pi", "pi": "math.pi", "e": "math.e", "τ": "math.tau"}
