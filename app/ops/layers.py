"""Tensors of a network layer or a loss in; the parts its formulas are made of, out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F


def _half(x: Tensor, dim: int, which: int) -> Tensor:
    return x.chunk(2, dim)[which]


def _channels(w: Any, x: Tensor, axis: int = 1) -> Any:
    """A vector over one axis, shaped to multiply x."""
    if w is None or not isinstance(w, Tensor) or w.numel() == 1:
        return 1.0 if w is None else w
    return w.reshape([-1 if d == axis else 1 for d in range(x.dim())])


def _bias_at(b: Any, axis: int) -> Any:
    if b is None:
        return 0.0
    return _Bias(b, axis)


class _Bias:
    """A vector that adds along an axis of whatever stands left of the plus."""

    def __init__(self, b: Tensor, axis: int) -> None:
        self.b, self.axis = b, axis

    def __radd__(self, x: Tensor) -> Tensor:
        return x + _channels(self.b, x, min(self.axis, x.dim() - 1))


def _sum_but(x: Tensor, axis: int) -> Tensor:
    axis = axis if x.dim() > 1 else 0
    over = [d for d in range(x.dim()) if d != axis]
    return x.sum(over) if over else x


def _channel_sum(g: Tensor, w: Tensor) -> Tensor:
    return g.sum().reshape(w.shape) if w.numel() == 1 else _sum_but(g, 1)


def _tuple(n: Any, size: int) -> tuple[int, ...]:
    return (n,) * size if isinstance(n, int) else tuple(n) if len(n) == size else (n[0],) * size


def _convolve(rank: int, transposed: bool = False) -> Any:
    return getattr(F, f"conv_transpose{rank}d" if transposed else f"conv{rank}d")


def _padding(padding: Any, w: Tensor, dilation: Any) -> Any:
    """`valid` and `same` as numbers."""
    rank = w.dim() - 2
    if padding == "valid":
        return (0,) * rank
    if padding == "same":
        reach = [d * (k - 1) for d, k in zip(_tuple(dilation, rank), w.shape[2:])]
        if any(r % 2 for r in reach):
            raise KeyError("same padding of an even kernel")
        return tuple(r // 2 for r in reach)
    return padding


def _conv(x: Tensor, w: Tensor, stride: Any, padding: Any, dilation: Any, groups: int) -> Tensor:
    return _convolve(w.dim() - 2)(x, w, None, stride, padding, dilation, groups)


def _conv_input(
    g: Tensor, w: Tensor, x: Tensor, stride: Any, padding: Any, dilation: Any, groups: int
) -> Tensor:
    """The transposed convolution, filled up to x's size."""
    rank = w.dim() - 2
    s, p, d = (_tuple(n, rank) for n in (stride, _padding(padding, w, dilation), dilation))
    full = [
        (g.shape[-rank + k] - 1) * s[k] - 2 * p[k] + d[k] * (w.shape[2 + k] - 1) + 1
        for k in range(rank)
    ]
    rest = tuple(x.shape[-rank + k] - full[k] for k in range(rank))
    return _convolve(rank, True)(g, w, None, s, p, rest, groups, d)


def _conv_weight(
    g: Tensor, x: Tensor, w: Tensor, stride: Any, padding: Any, dilation: Any, groups: int
) -> Tensor:
    """Every weight multiplied one window element per output place: windows of x against g."""
    rank = w.dim() - 2
    s, p, d = (_tuple(n, rank) for n in (stride, _padding(padding, w, dilation), dilation))
    x, g = (t if t.dim() == rank + 2 else t.unsqueeze(0) for t in (x, g))
    padded = F.pad(x, [side for n in reversed(p) for side in (n, n)])
    result = torch.zeros_like(w)
    places = [range(k) for k in w.shape[2:]]
    for at in (
        torch.cartesian_prod(*(torch.tensor(list(r)) for r in places)).reshape(-1, rank).tolist()
    ):
        index: tuple[Any, ...] = tuple(
            slice(at[k] * d[k], at[k] * d[k] + (g.shape[2 + k] - 1) * s[k] + 1, s[k])
            for k in range(rank)
        )
        window = padded[(..., *index)]
        by_group = torch.einsum(
            "ngos,ngis->goi",
            g.reshape(g.shape[0], groups, g.shape[1] // groups, -1),
            window.reshape(window.shape[0], groups, window.shape[1] // groups, -1),
        )
        result[(..., *at)] = by_group.reshape(w.shape[:2])
    return result


def _max_pooled(x: Tensor, k: Any, s: Any, padding: Any, dilation: Any, ceil_mode: bool) -> Tensor:
    rank = _pool_rank(x, k)
    return getattr(F, f"max_pool{rank}d")(x, k, s, padding, dilation, ceil_mode)


def _pool_rank(x: Tensor, k: Any) -> int:
    if isinstance(k, (tuple, list)) and len(k) > 1:
        return len(k)
    return max(1, x.dim() - 2) if x.dim() != 3 else 1


def _max_pooled_back(
    g: Tensor, x: Tensor, k: Any, s: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Tensor:
    """The gradient goes to the element each window picked."""
    rank = 2 if g.dim() == 4 else 3 if g.dim() == 5 else _pool_rank(x, k)
    _, index = getattr(F, f"max_pool{rank}d")(x, k, s, padding, dilation, ceil_mode, True)
    flat = torch.zeros_like(x).flatten(-rank)
    return flat.scatter_add(-1, index.flatten(-rank), g.flatten(-rank)).reshape(x.shape)


def _mean_pooled_back(g: Tensor, x: Tensor, k: Any, s: Any, padding: Any) -> Tensor:
    """Every element of a window gets g over the window's size: a transposed convolution with 1/k."""
    rank = g.dim() - 2 if g.dim() > 3 or not isinstance(k, (tuple, list)) else len(k)
    rank = max(rank, 1)
    k, s = _tuple(k, rank), _tuple(s if s not in (None, ()) else k, rank)
    channels = x.shape[-rank - 1]
    w = torch.full((channels, 1, *k), 1 / math.prod(k), dtype=x.dtype)
    return _conv_input(g, w, x, s, padding, 1, channels)


def _mean_binned_back(g: Tensor, x: Tensor) -> Tensor:
    """Adaptive pooling's windows: from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉."""
    sent = g
    rank = sum(1 for a, b in zip(g.shape[2:], x.shape[2:])) if g.dim() > 2 else g.dim() - 1
    for d in range(x.dim() - rank, x.dim()):
        n, m = x.shape[d], g.shape[d]
        weights = torch.zeros(m, n, dtype=x.dtype)
        for i in range(m):
            low, high = i * n // m, -(-(i + 1) * n // m)
            weights[i, low:high] = 1 / (high - low)
        sent = (sent.movedim(d, -1) @ weights).movedim(-1, d)
    return sent


def _mean_at(x: Tensor, d: Any) -> Tensor:
    return x.mean(d, keepdim=True)


def _var_at(x: Tensor, d: Any) -> Tensor:
    return x.var(d, unbiased=False, keepdim=True)


def _groups(x: Tensor, n: int, read: Any) -> Tensor:
    grouped = x.reshape(x.shape[0], n, -1)
    return read(grouped).expand(grouped.shape).reshape(x.shape)


def _batch_norm_back(u: Tensor, h: Tensor, r: Tensor, d: Any, training: bool) -> Tensor:
    """In evaluation mean and variance are constants."""
    return (u - _mean_at(u, d) - h * _mean_at(u * h, d)) / r if training else u / r


def _reduced(each: Tensor, reduction: str) -> Tensor:
    if reduction == "batchmean":
        return each.sum() / each.shape[0]
    return each.mean() if reduction == "mean" else each.sum() if reduction == "sum" else each


def _averaged_over(x: Tensor, t: Any, reduction: str) -> int:
    """How many elements a mean runs over; 1 where nothing is averaged."""
    shape = torch.broadcast_shapes(x.shape, t.shape) if isinstance(t, Tensor) else x.shape
    if reduction == "batchmean":
        return x.shape[0] if x.dim() else 1
    return math.prod(shape) if reduction == "mean" else 1


def _class_axis(x: Tensor) -> int:
    return 0 if x.dim() == 1 else 1


def _lift_classes(g: Tensor, x: Tensor, reduction: str) -> Tensor:
    return g.unsqueeze(_class_axis(x)) if reduction == "none" else g


def _onehot(t: Tensor, x: Tensor) -> Tensor:
    axis = _class_axis(x)
    return F.one_hot(t, x.shape[axis]).movedim(-1, axis).to(x.dtype)


def _class_weight(w: Any, x: Tensor, t: Tensor, reduction: str) -> Tensor:
    """Each example's weight over what the mean divides by."""
    weights = torch.ones(x.shape[_class_axis(x)], dtype=x.dtype) if w is None else w
    each = weights[t]
    return (each / each.sum() if reduction == "mean" else each).unsqueeze(_class_axis(x))


def _class_targets(t: Tensor, x: Tensor, smoothing: float) -> Tensor:
    q = t if t.is_floating_point() else _onehot(t, x)
    return q * (1 - smoothing) + smoothing / x.shape[_class_axis(x)]


def _class_count(t: Tensor, x: Tensor, reduction: str) -> int:
    return x.numel() // x.shape[_class_axis(x)] if reduction == "mean" else 1


def _attention(q: Tensor, k: Tensor, mask: Any, causal: bool, s: float) -> Tensor:
    scores = s * (q @ k.transpose(-1, -2))
    if causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -math.inf)
    if isinstance(mask, Tensor):
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return scores.softmax(-1)


LAYERS: dict[str, Any] = {
    "first_half": lambda x, dim: _half(x, dim, 0),
    "second_half": lambda x, dim: _half(x, dim, 1),
    "join": lambda a, b, dim: torch.cat([a, b], dim),
    "channel": _channels,
    "channel_sum": _channel_sum,
    "bias_at": _bias_at,
    "sum_but": _sum_but,
    "conv": _conv,
    "conv_input": _conv_input,
    "conv_input_of": lambda x, w, y, s, p, d, groups: _conv_input(x, w, y, s, p, d, groups),
    "conv_weight": _conv_weight,
    "max_pooled": _max_pooled,
    "max_pooled_back": _max_pooled_back,
    "mean_pooled_back": _mean_pooled_back,
    "mean_binned_back": _mean_binned_back,
    "last": lambda shape: tuple(range(-len(shape), 0)) if not isinstance(shape, int) else (-1,),
    "all_but": lambda x, axis: tuple(d for d in range(x.dim()) if d != axis),
    "from_axis": lambda x, axis: tuple(range(axis, x.dim())),
    "mean_at": _mean_at,
    "var_at": _var_at,
    "mean_groups": lambda x, n: _groups(x, n, lambda t: t.mean(-1, keepdim=True)),
    "var_groups": lambda x, n: _groups(x, n, lambda t: t.var(-1, unbiased=False, keepdim=True)),
    "batch_mean": lambda x, m, d, training: (
        _mean_at(x, d) if training or m is None else _channels(m, x)
    ),
    "batch_variance": lambda x, v, d, training: (
        _var_at(x, d) if training or v is None else _channels(v, x)
    ),
    "batch_norm_back": _batch_norm_back,
    "scaled": lambda h, w: h if w is None else h * w,
    "scaled_at": lambda h, w, axis: h * _channels(w, h, axis),
    "tiny": lambda eps, x: torch.finfo(x.dtype).eps if eps is None else eps,
    "reduced": _reduced,
    "averaged_over": _averaged_over,
    "averaged_by": lambda x, how: x.numel() if how == 1 else 1,  # at::Reduction::Mean is 1
    "picked": lambda x, t: x.gather(_class_axis(x), t.unsqueeze(_class_axis(x))).squeeze(
        _class_axis(x)
    ),
    "weighted": lambda each, w, x, t, reduction: (
        each * _class_weight(w, x, t, reduction).squeeze(_class_axis(x))
    ),
    "summed": lambda each, reduction: each if reduction == "none" else each.sum(),
    "lift_classes": _lift_classes,
    "onehot": _onehot,
    "class_weight": _class_weight,
    "softmax_classes": lambda x: x.softmax(_class_axis(x)),
    "class_targets": _class_targets,
    "class_count": _class_count,
    "attention_scale": lambda q, scale: 1 / math.sqrt(q.shape[-1]) if scale is None else scale,
    "attention": _attention,
}
