"""A formula's text and the tensors its letters stand for in; the tensor it denotes, by torch, out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from app.ops.adjoints import ADJOINTS
from app.ops.layers import LAYERS
from app.ops.row import Row


def _tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else torch.as_tensor(x, dtype=torch.get_default_dtype())


def _lifted(function: Any) -> Any:
    """A torch function that also takes plain numbers."""
    return lambda *xs: function(*(_tensor(x) for x in xs))


def _where(condition: Any, a: Any, b: Any) -> Tensor:
    return torch.where(_tensor(condition).bool(), _tensor(a), _tensor(b))


def axes(x: Tensor, dim: Any) -> tuple[int, ...]:
    """The dimensions a reduction runs over, all where none is named."""
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(x.dim()))
    return tuple(d % max(x.dim(), 1) for d in ((dim,) if isinstance(dim, int) else dim))


def _spread(g: Any, x: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """What a reduction left, back over the elements it ran over."""
    g = _tensor(g)
    if not keepdim:
        for d in sorted(axes(x, dim)):
            g = g.unsqueeze(d) if x.dim() else g
    return g.expand(x.shape)


def _sum_keep(x: Tensor, dim: Any) -> Tensor:
    return x.sum(axes(x, dim), keepdim=True) if x.dim() else x


def _sum_over(x: Tensor, dim: Any = None) -> Tensor:
    return x.sum(axes(x, dim)) if x.dim() else x


def _number_of(x: Tensor, dim: Any = None) -> int:
    return math.prod(x.shape[d] for d in axes(x, dim)) if x.dim() else 1


def _mean_keep(x: Tensor, dim: Any) -> Tensor:
    return _sum_keep(x, dim) / _number_of(x, dim)


def _count_over(x: Tensor, dim: Any) -> Tensor:
    return _spread(_sum_over((~x.isnan()).to(x.dtype), dim), x, dim)


def _degrees(dim: Any, unbiased: Any, correction: Any) -> Any:
    if isinstance(dim, bool):
        return int(dim)  # var(x, False): the old way to say unbiased
    return correction if correction is not None else int(unbiased is not False)


def _norm(x: Tensor, p: Any = 2, dim: Any = None) -> Tensor:
    p = 2 if p in ("fro", None) else p
    return torch.linalg.vector_norm(x, p, axes(x, dim) if dim is not None else None)


def _norm_keep(x: Tensor, p: Any, dim: Any) -> Tensor:
    return torch.linalg.vector_norm(x, p, axes(x, dim), keepdim=True)


def _norm_back(g: Any, x: Tensor, y: Any, p: Any, dim: Any, keepdim: bool) -> Tensor:
    """g · ∂‖x‖ₚ/∂x = g · sign(x) |x|^(p−1) / y^(p−1); zero where the norm is."""
    p = 2 if p in ("fro", None) else p
    g, y = _spread(g, x, dim, keepdim), _spread(y, x, dim, keepdim)
    if p == math.inf:
        at = (x.abs() == y).to(x.dtype)
        return g * x.sign() * at / _sum_keep(at, dim)
    share = x.sign() * (x.abs() / y) ** (p - 1)
    return g * torch.where((y == 0) | (x == 0) & (p == 1), torch.zeros_like(x), share)


def _within(x: Tensor, low: Any, high: Any) -> Tensor:
    inside = torch.ones_like(x, dtype=torch.bool)
    if low is not None:
        inside &= x >= low
    if high is not None:
        inside &= x <= high
    return inside.to(x.dtype)


def _preferred(a: Any, b: Any) -> Tensor:
    a, b = _tensor(a), _tensor(b)
    return torch.where(a > b, 1.0, torch.where(a == b, 0.5, 0.0)).to(a.dtype)


def _kept(y: Tensor, x: Tensor) -> Tensor:
    """What dropout multiplied an element by; unknown (NaN) where the element is zero."""
    return torch.where(x != 0, y / x, torch.nan)


def _finite(x: Tensor, nan: float, high: Any, low: Any) -> Tensor:
    return torch.nan_to_num(x, nan, high, low)


def _product_over(x: Tensor, dim: Any) -> Tensor:
    return x.prod() if dim is None else x.prod(dim)


def _rows(x: Tensor) -> Tensor:
    """All leading dimensions as rows."""
    return x.reshape(-1, x.shape[-1])


def _T(x: Tensor) -> Tensor:
    return x if x.dim() < 2 else x.transpose(-1, -2)


def _route(g: Any, x: Tensor, y: Any, dim: Any, keepdim: bool, pick: Any) -> Tensor:
    """A gradient sent to the one element that was picked, or shared by ties over all."""
    if dim is None:
        at = (x == y).to(x.dtype)
        return g * at / at.sum()
    index = pick(x, dim, keepdim=True)[1]
    g = _tensor(g) if keepdim or not x.dim() else _tensor(g).unsqueeze(dim)
    return torch.zeros_like(x).scatter(dim, index, g) if x.dim() else g


def _route_median(g: Any, x: Tensor, y: Any, dim: Any, keepdim: bool) -> Tensor:
    if dim is None:
        index = x.flatten().median(0)[1]
        return torch.zeros_like(x).flatten().index_fill(0, index, 1.0).reshape(x.shape) * g
    return _route(g, x, y, dim, keepdim, torch.median)


FUNCTIONS: dict[str, Any] = {
    **{
        name: _lifted(getattr(torch, name))
        for name in (
            "exp exp2 log log2 log10 sqrt abs sin cos tan asin acos atan sinh cosh tanh asinh acosh "
            "atanh atan2 erf erfinv lgamma digamma i0 sigmoid sign floor ceil round trunc maximum "
            "minimum"
        ).split()
    },
    "pi": math.pi,
    "lambda0": 1.0507009873554805,
    "alpha0": 1.6732632423543772,
    "i1": _lifted(torch.special.i1),
    "trigamma": lambda x: torch.polygamma(1, x),
    "ndtri": torch.special.ndtri,
    "normal_cdf": torch.special.ndtr,
    "normal_pdf": lambda x: torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
    "where": _where,
    "signbit_of": lambda b: torch.where(torch.signbit(_tensor(b)), -1.0, 1.0),
    "preferred": _preferred,
    "within": _within,
    "at_most": lambda x, m: x if m is None else torch.clamp_max(x, m),
    "at_least": lambda x, m: x if m is None else torch.clamp_min(x, m),
    "kept": _kept,
    "finite": _finite,
    "is_finite": torch.isfinite,
    "is_nan": torch.isnan,
    "is_positive": lambda x: x > 0,
    "equals": lambda x, y: (x == y).to(x.dtype),
    "spread": _spread,
    "sum_over": _sum_over,
    "sum_keep": _sum_keep,
    "mean_over": lambda x, dim=None: (
        _sum_over(x.nan_to_num(0.0), dim) / _sum_over((~x.isnan()).to(x.dtype), dim)
    ),
    "mean_keep": _mean_keep,
    "number_of": _number_of,
    "count_over": _count_over,
    "degrees": _degrees,
    "product_over": _product_over,
    "max_over": lambda x, dim: x.amax(axes(x, dim)),
    "min_over": lambda x, dim: x.amin(axes(x, dim)),
    "median_over": lambda x, dim: x.median() if dim is None else x.median(dim)[0],
    "route_max": lambda g, x, y, d, k: _route(g, x, y, d, k, torch.max),
    "route_min": lambda g, x, y, d, k: _route(g, x, y, d, k, torch.min),
    "route_median": _route_median,
    "total": lambda x: x.sum(),
    "norm": _norm,
    "norm_keep": _norm_keep,
    "norm_back": _norm_back,
    "keep": lambda g, dim: _tensor(g).unsqueeze(dim),
    "matrix_axes": lambda x: (-2, -1),
    "T": _T,
    "rows": _rows,
    "bias": lambda b: 0.0 if b is None else b,
    "outer": lambda a, b: torch.outer(a, b),
    "dot": lambda a, b: (a * b).sum(),
    "inner": torch.inner,
    "cross": lambda a, b, dim: torch.linalg.cross(a, b, dim=dim),
    "kron": torch.kron,
    "einsum": lambda equation, x: torch.einsum(equation, *x),
    "contracted": lambda a, b, dims: torch.tensordot(a, b, dims),
    "distances": torch.cdist,
    "det": torch.linalg.det,
    "inv": torch.linalg.inv,
    "lift": lambda g: g[..., None, None],
    "trace": torch.trace,
    "identity_like": lambda x: torch.eye(x.shape[0], x.shape[1], dtype=x.dtype),
    "power": torch.linalg.matrix_power,
    "matrix_exp": torch.matrix_exp,
    "cholesky": torch.linalg.cholesky,
    "singular_values": torch.linalg.svdvals,
    "eigenvalues": torch.linalg.eigvalsh,
    "pinv": torch.linalg.pinv,
    "running_sum": torch.cumsum,
    "running_product": torch.cumprod,
    "running_max": lambda x, dim: torch.cummax(x, dim)[0],
    "running_min": lambda x, dim: torch.cummin(x, dim)[0],
    "trapezoid": torch.trapezoid,
    **ADJOINTS,
    **LAYERS,
}
FUNCTIONS["F"] = F


@lru_cache(maxsize=4096)
def _compiled(text: str) -> CodeType:
    return compile(_bitwise(text), "<formula>", "eval")


def _bitwise(text: str) -> str:
    """`and` between tensors is &."""
    return text.replace(" and ", " & ")


def evaluate(text: str, letters: Mapping[str, Any]) -> Any:
    """The formula's value. Raises NameError for a helper only drawn, never computed, and whatever
    torch raises for letters that do not fit."""
    return eval(_compiled(text), {"__builtins__": {}, **FUNCTIONS, **letters})


def letters_of(row: Row, bound: Mapping[str, Any], y: Any, g: Any = None) -> dict[str, Any]:
    """All letters of a row's formulas: arguments, output, upstream gradient, named parts."""
    letters: dict[str, Any] = {**bound, "y": y, "g": g}
    for name, text in row.let.items():
        try:
            letters[name] = evaluate(text, letters)
        except (TypeError, AttributeError):
            if g is not None:
                raise  # a part made of the upstream gradient is not needed without one
    return letters


def contribution_of(row: Row, argument: str, letters: Mapping[str, Any]) -> Any:
    """What the row says flows back to an argument: g · local, or the VJP, in the shape of the
    argument (broadcasting undone). Raises KeyError where the row knows nothing of it."""
    target = letters[argument]
    if row.is_elementwise and argument in row.local:
        sent = letters["g"] * _tensor(evaluate(row.local[argument], letters))
    else:
        sent = evaluate(row.vjp[argument], letters)
    if isinstance(sent, list) or not isinstance(target, Tensor):
        return sent
    return unbroadcast(_tensor(sent), target.shape)


def unbroadcast(sent: Tensor, shape: torch.Size) -> Tensor:
    """`sent` summed over the dimensions broadcasting had stretched."""
    return sent.sum_to_size(shape) if sent.shape != shape else sent
