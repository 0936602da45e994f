"""Rows of ops that work element by element: each with its local derivative for every argument."""

from __future__ import annotations

from app.ops.row import Category, Row

# a table reads best with a row on a line
# fmt: off


def _one(
    category: Category,
    op: str,
    value: str,
    local: str,
    kinks: str = "",
    doc: str = "",
    takes: str = "x",
) -> Row:
    return Row(op, category, takes, value, {"x": local}, kinks=kinks, doc=doc or f"torch.{op}")


def _two(
    category: Category,
    op: str,
    value: str,
    a: str,
    b: str,
    kinks: str = "",
    doc: str = "",
    takes: str = "a b",
) -> Row:
    return Row(op, category, takes, value, {"a": a, "b": b}, kinks=kinks, doc=doc or f"torch.{op}")


ARITHMETIC = [
    _two("arithmetic", "add", "a + alpha * b", "1", "alpha", takes="a b alpha=1"),
    _two("arithmetic", "sub", "a - alpha * b", "1", "-alpha", takes="a b alpha=1"),
    _two("arithmetic", "rsub", "b - alpha * a", "-alpha", "1", doc="torch.sub", takes="a b alpha=1"),
    _two("arithmetic", "mul", "a * b", "b", "a"),
    _two("arithmetic", "div", "a / b", "1 / b", "-a / b ** 2"),
    _two("arithmetic", "rdiv", "b / a", "-b / a ** 2", "1 / a", doc="torch.div"),
    _one("arithmetic", "neg", "-x", "-1"),
    _one("arithmetic", "pos", "x", "1", doc="torch.positive"),
    _one("arithmetic", "positive", "x", "1"),
    _one("arithmetic", "reciprocal", "1 / x", "-y ** 2"),
    _one("arithmetic", "abs", "abs(x)", "sign(x)", "x = 0: 0"),
    _two("arithmetic", "fmod", "a - trunc(a / b) * b", "1", "-trunc(a / b)", "a/b ∈ ℤ: jump"),
    _two("arithmetic", "remainder", "a - floor(a / b) * b", "1", "-floor(a / b)", "a/b ∈ ℤ: jump"),
    _one("arithmetic", "frac", "x - trunc(x)", "1", "x ∈ ℤ: jump"),
    _one("arithmetic", "sign", "sign(x)", "0", "x = 0: jump"),
    _one("arithmetic", "sgn", "sign(x)", "0", "x = 0: jump"),
    _one("arithmetic", "floor", "floor(x)", "0", "x ∈ ℤ: jump"),
    _one("arithmetic", "ceil", "ceil(x)", "0", "x ∈ ℤ: jump"),
    _one("arithmetic", "round", "round(x)", "0", "x + 1/2 ∈ ℤ: jump"),
    _one("arithmetic", "trunc", "trunc(x)", "0", "x ∈ ℤ: jump"),
    _one("arithmetic", "deg2rad", "pi / 180 * x", "pi / 180"),
    _one("arithmetic", "rad2deg", "180 / pi * x", "180 / pi"),
    Row("lerp", "arithmetic", "a b|end t|weight", "a + t * (b - a)", {"a": "1 - t", "b": "t", "t": "b - a"}, doc="torch.lerp"),
    Row("addcmul", "arithmetic", "x a|tensor1 b|tensor2 value=1", "x + value * a * b", {"x": "1", "a": "value * b", "b": "value * a"}, doc="torch.addcmul"),
    Row("addcdiv", "arithmetic", "x a|tensor1 b|tensor2 value=1", "x + value * a / b", {"x": "1", "a": "value / b", "b": "-value * a / b ** 2"}, doc="torch.addcdiv"),
    _two("arithmetic", "hypot", "sqrt(a ** 2 + b ** 2)", "a / y", "b / y", "a = b = 0: 0/0"),
    _two("arithmetic", "copysign", "abs(a) * signbit_of(b)", "sign(a) * signbit_of(b)", "0", "a = 0: 0"),
]
POWERS = [
    _two("powers", "pow", "a ** b", "b * a ** (b - 1)", "y * log(a)", "a = 0, b < 1: ∞", takes="a b|exponent"),
    _two("powers", "float_power", "a ** b", "b * a ** (b - 1)", "y * log(a)", "a = 0, b < 1: ∞", takes="a b|exponent"),
    _two("powers", "rpow", "b ** a", "y * log(b)", "a * b ** (a - 1)", doc="torch.pow"),
    _one("powers", "square", "x ** 2", "2 * x"),
    _one("powers", "sqrt", "sqrt(x)", "1 / (2 * y)", "x = 0: ∞"),
    _one("powers", "rsqrt", "1 / sqrt(x)", "-y ** 3 / 2", "x = 0: -∞"),
]
EXPONENTIAL = [
    _one("exponential", "exp", "exp(x)", "y"),
    _one("exponential", "exp2", "exp2(x)", "y * log(2)"),
    _one("exponential", "expm1", "exp(x) - 1", "y + 1"),
    _one("exponential", "log", "log(x)", "1 / x", "x = 0: ∞"),
    _one("exponential", "log2", "log2(x)", "1 / (x * log(2))", "x = 0: ∞"),
    _one("exponential", "log10", "log10(x)", "1 / (x * log(10))", "x = 0: ∞"),
    _one("exponential", "log1p", "log(1 + x)", "1 / (1 + x)", "x = -1: ∞"),
    _two("exponential", "logaddexp", "log(exp(a) + exp(b))", "exp(a - y)", "exp(b - y)"),
    _two("exponential", "logaddexp2", "log2(exp2(a) + exp2(b))", "exp2(a - y)", "exp2(b - y)"),
    _two("exponential", "xlogy", "a * log(b)", "log(b)", "a / b", "a = 0: 0"),
    _one("exponential", "logit", "log(x / (1 - x))", "1 / (x * (1 - x))", "x ∈ {0, 1}: ∞", takes="x eps=None"),
]
TRIGONOMETRY = [
    _one("trigonometry", "sin", "sin(x)", "cos(x)"),
    _one("trigonometry", "cos", "cos(x)", "-sin(x)"),
    _one("trigonometry", "tan", "tan(x)", "1 + y ** 2"),
    _one("trigonometry", "asin", "asin(x)", "1 / sqrt(1 - x ** 2)", "|x| = 1: ∞"),
    _one("trigonometry", "acos", "acos(x)", "-1 / sqrt(1 - x ** 2)", "|x| = 1: -∞"),
    _one("trigonometry", "atan", "atan(x)", "1 / (1 + x ** 2)"),
    _two("trigonometry", "atan2", "atan2(a, b)", "b / (a ** 2 + b ** 2)", "-a / (a ** 2 + b ** 2)", "a = b = 0: 0"),
    _one("trigonometry", "sinh", "sinh(x)", "cosh(x)"),
    _one("trigonometry", "cosh", "cosh(x)", "sinh(x)"),
    _one("trigonometry", "tanh", "tanh(x)", "1 - y ** 2"),
    _one("trigonometry", "asinh", "asinh(x)", "1 / sqrt(x ** 2 + 1)"),
    _one("trigonometry", "acosh", "acosh(x)", "1 / sqrt(x ** 2 - 1)", "x = 1: ∞"),
    _one("trigonometry", "atanh", "atanh(x)", "1 / (1 - x ** 2)", "|x| = 1: ∞"),
    _one("trigonometry", "sinc", "sin(pi * x) / (pi * x)", "(cos(pi * x) - y) / x", "x = 0: 0"),
]
SPECIAL = [
    _one("special", "erf", "erf(x)", "2 / sqrt(pi) * exp(-x ** 2)"),
    _one("special", "erfc", "1 - erf(x)", "-2 / sqrt(pi) * exp(-x ** 2)"),
    _one("special", "erfinv", "erfinv(x)", "sqrt(pi) / 2 * exp(y ** 2)", "|x| = 1: ∞"),
    _one("special", "lgamma", "lgamma(x)", "digamma(x)"),
    _one("special", "digamma", "digamma(x)", "trigamma(x)"),
    _one("special", "i0", "i0(x)", "i1(x)"),
    _one("special", "ndtr", "normal_cdf(x)", "normal_pdf(x)", doc="torch.special.ndtr"),
    _one("special", "log_ndtr", "log(normal_cdf(x))", "normal_pdf(x) / normal_cdf(x)", doc="torch.special.log_ndtr"),
    _one("special", "ndtri", "ndtri(x)", "1 / normal_pdf(y)", doc="torch.special.ndtri"),
    _one("special", "erfcx", "exp(x ** 2) * (1 - erf(x))", "2 * x * y - 2 / sqrt(pi)", doc="torch.special.erfcx"),
    _one("special", "entr", "-x * log(x)", "-log(x) - 1", "x = 0: ∞", doc="torch.special.entr"),
    _two("special", "xlog1py", "a * log(1 + b)", "log(1 + b)", "a / (1 + b)", doc="torch.special.xlog1py"),
    _one("special", "i0e", "exp(-abs(x)) * i0(x)", "exp(-abs(x)) * i1(x) - sign(x) * y", doc="torch.special.i0e"),
]
F = "torch.nn.functional."
ACTIVATION = [
    _one("activation", "sigmoid", "1 / (1 + exp(-x))", "y * (1 - y)"),
    _one("activation", "logsigmoid", "-log(1 + exp(-x))", "1 - sigmoid(x)", doc=F + "logsigmoid"),
    _one("activation", "relu", "maximum(0, x)", "where(x > 0, 1, 0)", "x = 0: 0", F + "relu", "x inplace=False"),
    _one("activation", "relu6", "minimum(maximum(0, x), 6)", "where((x > 0) and (x < 6), 1, 0)", "x ∈ {0, 6}: 0", F + "relu6", "x inplace=False"),
    _one("activation", "leaky_relu", "where(x > 0, x, alpha * x)", "where(x > 0, 1, alpha)", "x = 0: α", F + "leaky_relu", "x alpha|negative_slope=0.01 inplace=False"),
    _one("activation", "elu", "where(x > 0, x, alpha * (exp(x) - 1))", "where(x > 0, 1, alpha * exp(x))", "x = 0: α", F + "elu", "x alpha=1.0 inplace=False"),
    _one("activation", "celu", "where(x > 0, x, alpha * (exp(x / alpha) - 1))", "where(x > 0, 1, exp(x / alpha))", "", F + "celu", "x alpha=1.0 inplace=False"),
    _one("activation", "selu", "where(x > 0, lambda0 * x, lambda0 * alpha0 * (exp(x) - 1))", "where(x > 0, lambda0, lambda0 * alpha0 * exp(x))", "x = 0: λ₀ α₀", F + "selu", "x inplace=False"),
    _one("activation", "gelu", "x * normal_cdf(x)", "normal_cdf(x) + x * normal_pdf(x)", doc=F + "gelu", takes="x approximate=none"),
    _one("activation", "silu", "x * sigmoid(x)", "sigmoid(x) * (1 + x * (1 - sigmoid(x)))", doc=F + "silu", takes="x inplace=False"),
    _one("activation", "mish", "x * tanh(log(1 + exp(x)))", "tanh(log(1 + exp(x))) + x * sigmoid(x) * (1 - tanh(log(1 + exp(x))) ** 2)", doc=F + "mish", takes="x inplace=False"),
    _one("activation", "softplus", "log(1 + exp(beta * x)) / beta", "sigmoid(beta * x)", "β x > τ: 1", F + "softplus", "x beta=1 threshold=20"),
    _one("activation", "softsign", "x / (1 + abs(x))", "1 / (1 + abs(x)) ** 2", doc=F + "softsign"),
    _one("activation", "tanhshrink", "x - tanh(x)", "tanh(x) ** 2", doc=F + "tanhshrink"),
    _one("activation", "softshrink", "where(abs(x) > lambda1, x - sign(x) * lambda1, 0)", "where(abs(x) > lambda1, 1, 0)", "|x| = λ: 0", F + "softshrink", "x lambda1|lambd=0.5"),
    _one("activation", "hardshrink", "where(abs(x) > lambda1, x, 0)", "where(abs(x) > lambda1, 1, 0)", "|x| = λ: jump", F + "hardshrink", "x lambda1|lambd=0.5"),
    _one("activation", "hardtanh", "minimum(maximum(m, x), M)", "where((x > m) and (x < M), 1, 0)", "x ∈ {m, M}: 0", F + "hardtanh", "x m|min_val=-1.0 M|max_val=1.0 inplace=False"),
    _one("activation", "hardsigmoid", "minimum(maximum(x / 6 + 1 / 2, 0), 1)", "where((x > -3) and (x < 3), 1 / 6, 0)", "|x| = 3: 0", F + "hardsigmoid", "x inplace=False"),
    _one("activation", "hardswish", "x * minimum(maximum(x / 6 + 1 / 2, 0), 1)", "where(x <= -3, 0, where(x >= 3, 1, x / 3 + 1 / 2))", "x = -3: 0; x = 3: 1", F + "hardswish", "x inplace=False"),
    _one("activation", "threshold", "where(x > t, x, v)", "where(x > t, 1, 0)", "x = t: 0", F + "threshold", "x t|threshold v|value inplace=False"),
    Row("prelu", "activation", "x w|weight", "where(x > 0, x, channel(w, x) * x)", {"x": "where(x > 0, 1, channel(w, x))"}, {"w": "channel_sum(g * where(x > 0, 0, x), w)"}, kinks="x = 0: w", doc=F + "prelu"),
    Row("glu", "activation", "x dim=-1", "first_half(x, dim) * sigmoid(second_half(x, dim))", vjp={"x": "join(g * s, g * a * s * (1 - s), dim)"}, let={"a": "first_half(x, dim)", "s": "sigmoid(second_half(x, dim))"}, doc=F + "glu"),
]
CHOICE = [
    _two("choice", "maximum", "maximum(a, b)", "preferred(a, b)", "preferred(b, a)", "a = b: 1/2"),
    _two("choice", "minimum", "minimum(a, b)", "preferred(b, a)", "preferred(a, b)", "a = b: 1/2"),
    _two("choice", "fmax", "maximum(a, b)", "where(a >= b, 1, 0)", "where(a >= b, 0, 1)", "a = b: a"),
    _two("choice", "fmin", "minimum(a, b)", "where(a <= b, 1, 0)", "where(a <= b, 0, 1)", "a = b: a"),
    *(Row(op, "choice", "x m|min=None M|max=None", "at_most(at_least(x, m), M)", {"x": "within(x, m, M)"}, kinks="x ∈ {m, M}: 1", doc="torch.clamp") for op in ("clamp", "clip")),
    Row("clamp_min", "choice", "x m|min", "maximum(x, m)", {"x": "where(x >= m, 1, 0)"}, kinks="x = m: 1", doc="torch.clamp"),
    Row("clamp_max", "choice", "x M|max", "minimum(x, M)", {"x": "where(x <= M, 1, 0)"}, kinks="x = M: 1", doc="torch.clamp"),
    Row("where", "choice", "c|condition a|self b|other", "where(c, a, b)", {"a": "where(c, 1, 0)", "b": "where(c, 0, 1)"}, doc="torch.where"),
    Row("masked_fill", "choice", "x m|mask v|value", "where(m, v, x)", {"x": "where(m, 0, 1)"}, doc="torch.Tensor.masked_fill"),
    Row("nan_to_num", "choice", "x nan=0.0 posinf=None neginf=None", "finite(x, nan, posinf, neginf)", {"x": "where(is_finite(x), 1, 0)"}, doc="torch.nan_to_num"),
    Row("dropout", "dropout", "x p=0.5 training=True inplace=False", "kept(y, x) * x", {"x": "kept(y, x)"}, doc=F + "dropout"),
    *(Row(op, "dropout", "x p=0.5 training=True inplace=False", "kept(y, x) * x", {"x": "kept(y, x)"}, doc=F + op) for op in ("dropout1d", "dropout2d", "dropout3d")),
]
#: the same element under another type or name: the gradient passes
SAME = [
    Row(op, "shape", takes, "x", {"x": "1"}, doc=f"torch.{doc}")
    for op, takes, doc in (("clone", "x memory_format=None", "clone"), ("contiguous", "x memory_format=None", "Tensor.contiguous"), ("float", "x memory_format=None", "Tensor.float"), ("double", "x memory_format=None", "Tensor.double"), ("to", "x a=None b=None c=None dtype=None device=None non_blocking=False copy=False memory_format=None", "Tensor.to"), ("cpu", "x memory_format=None", "Tensor.cpu"), ("type_as", "x like", "Tensor.type_as"))
]
ELEMENTWISE = [
    *ARITHMETIC,
    *POWERS,
    *EXPONENTIAL,
    *TRIGONOMETRY,
    *SPECIAL,
    *ACTIVATION,
    *CHOICE,
    *SAME,
]
