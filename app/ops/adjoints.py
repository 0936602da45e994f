"""Upstream gradients of ops that move elements in; the same gradients at the elements' old places."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from app.ops.matrices import MATRICES

Index = Any


def _zeros(x: Tensor) -> Tensor:
    return torch.zeros_like(x, memory_format=torch.contiguous_format)


def _put(g: Tensor, x: Tensor, i: Index) -> Tensor:
    """Zeros but for the places indexed, where what arrives adds up."""
    places = torch.arange(x.numel()).reshape(x.shape)[i]
    return _zeros(x).flatten().index_add(0, places.flatten(), g.reshape(-1)).reshape(x.shape)


def _permuted_back(g: Tensor, dims: Any) -> Tensor:
    order = [d % g.dim() for d in dims]
    return g.permute([order.index(k) for k in range(g.dim())])


def _sum_tiles(g: Tensor, x: Tensor) -> Tensor:
    """Every copy's gradient, added."""
    places = torch.arange(x.numel()).reshape(x.shape)
    tiles = [n // m for n, m in zip(g.shape, (1,) * (g.dim() - x.dim()) + tuple(x.shape))]
    return (
        _zeros(x)
        .flatten()
        .index_add(0, places.repeat(tiles).flatten(), g.reshape(-1))
        .reshape(x.shape)
    )


def _windows_back(g: Tensor, x: Tensor, d: int, k: int, s: int) -> Tensor:
    places = torch.arange(x.numel()).reshape(x.shape).unfold(d, k, s)
    return _zeros(x).flatten().index_add(0, places.flatten(), g.reshape(-1)).reshape(x.shape)


def _unpadded(g: Tensor, x: Tensor, p: Any, mode: str) -> Tensor:
    places = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape)
    places = F.pad(places, p, mode, **({"value": -1.0} if mode == "constant" else {})).long()
    kept = places.flatten() >= 0
    return (
        _zeros(x).flatten().index_add(0, places.flatten()[kept], g.flatten()[kept]).reshape(x.shape)
    )


def _differences_back(g: Tensor, x: Tensor, n: int, dim: int) -> Tensor:
    for _ in range(n):
        zero = torch.zeros_like(g.narrow(dim, 0, 1))
        g = torch.cat([zero, g], dim) - torch.cat([g, zero], dim)
    return g


def _joined_back(g: Tensor, x: Any, dim: int) -> list[Tensor]:
    return list(g.split([t.shape[dim] if t.dim() else 1 for t in x], dim))


def _joined_rows(g: Tensor, x: Any, at_least: Any, dim: Any) -> list[Tensor]:
    grown = [at_least(t) for t in x]
    axis = dim(grown[0])
    parts = g.split([t.shape[axis] for t in grown], axis)
    return [part.reshape(t.shape) for part, t in zip(parts, x)]


def _column(t: Tensor) -> Tensor:
    return t.reshape(-1, 1) if t.dim() < 2 else t


def _pieces_back(g: Any, x: Tensor, dim: int) -> Tensor:
    return torch.cat(list(g), dim)


def _repeated_back(g: Tensor, x: Tensor, n: Any, dim: Any) -> Tensor:
    flat = x if dim is not None else x.flatten()
    axis = dim or 0
    places = torch.arange(flat.shape[axis]).repeat_interleave(n)
    return _zeros(flat).index_add(axis, places, g).reshape(x.shape)


def _rows_put(g: Tensor, x: Tensor, i: Tensor, padding: Any) -> Tensor:
    sent = _zeros(x).index_add(0, i.flatten(), g.reshape(-1, x.shape[1]))
    return sent if padding is None else sent.index_fill(0, torch.tensor([padding % len(x)]), 0.0)


def _route_running(g: Tensor, x: Tensor, y: Tensor, dim: int) -> Tensor:
    """Each running extremum's gradient goes to the element that set it, the last of equals."""
    places = torch.arange(x.shape[dim]).reshape(
        [-1 if d == dim % x.dim() else 1 for d in range(x.dim())]
    )
    index = torch.cummax(torch.where(x == y, places.expand(x.shape), 0), dim)[0]
    return _zeros(x).scatter_add(dim, index, g)


def _trapezoid_back(g: Tensor, x: Tensor) -> Tensor:
    weights = torch.ones(x.shape[-1], dtype=x.dtype)
    weights[0] = weights[-1] = 0.5
    return g.unsqueeze(-1) * weights


def _diagonal_put(g: Tensor, x: Tensor, k: int, a: int, b: int) -> Tensor:
    return torch.diagonal_scatter(_zeros(x), g, k, a, b)


def _gathered_like(g: Tensor, dim: int, i: Tensor, s: Any) -> Any:
    return g.gather(dim, i)


def _sorted_back(g: Tensor, x: Tensor, dim: int, descending: bool) -> Tensor:
    """Every gradient to the place its element came from."""
    return _zeros(x).scatter(dim, x.sort(dim, descending)[1], g)


def _top_back(g: Tensor, x: Tensor, k: int, dim: int, largest: bool) -> Tensor:
    return _zeros(x).scatter(dim, x.topk(k, dim, largest)[1], g)


def _kth_back(g: Tensor, x: Tensor, k: int, dim: int, keepdim: bool) -> Tensor:
    return _zeros(x).scatter(dim, x.kthvalue(k, dim, True)[1], g if keepdim else g.unsqueeze(dim))


ADJOINTS: dict[str, Any] = {
    **MATRICES,
    "reshape_like": lambda g, x: g.reshape(x.shape),
    "swapped": lambda g, a, b: g.transpose(a, b),
    "permuted": lambda g, dims: g.permute(tuple(dims)),
    "permuted_back": _permuted_back,
    "moved": lambda g, a, b: g.movedim(a, b),
    "summed_to": lambda g, x: g.sum_to_size(x.shape),
    "tiled": lambda x, n: x.repeat(*n),
    "sum_tiles": _sum_tiles,
    "flipped": lambda g, dims: g.flip(dims if isinstance(dims, int) else tuple(dims)),
    "turned": lambda g, k, dims: torch.rot90(g, k, dims or (0, 1)),
    "rolled": lambda g, n, dims: torch.roll(g, n, dims),
    "rolled_back": lambda g, n, dims: torch.roll(
        g, -n if isinstance(n, int) else tuple(-k for k in n), dims
    ),
    "lower": torch.tril,
    "upper": torch.triu,
    "diagonal_of": torch.diag,
    "diagonal_back": lambda g, x, k: (
        torch.diagonal(g, k) if x.dim() == 1 else _diagonal_put(g, x, k, 0, 1)
    ),
    "diagonal_at": torch.diagonal,
    "diagonal_in": torch.diag_embed,
    "diagonal_put": _diagonal_put,
    "unpadded": _unpadded,
    "shuffled": lambda g, r: F.pixel_shuffle(g, r),
    "unshuffled": lambda g, r: F.pixel_unshuffle(g, r),
    "windows": lambda x, d, k, s: x.unfold(d, k, s),
    "windows_back": _windows_back,
    "differences": lambda x, n, dim: torch.diff(x, n, dim),
    "differences_back": _differences_back,
    "joined": lambda x, dim: torch.cat(list(x), dim),
    "stacked": lambda x, dim: torch.stack(list(x), dim),
    "joined_back": _joined_back,
    "stacked_back": lambda g, x, dim: list(g.unbind(dim)),
    "joined_hstack_back": lambda g, x: _joined_rows(
        g, x, torch.atleast_1d, lambda t: 0 if t.dim() == 1 else 1
    ),
    "joined_vstack_back": lambda g, x: _joined_rows(g, x, torch.atleast_2d, lambda t: 0),
    "joined_dstack_back": lambda g, x: _joined_rows(g, x, torch.atleast_3d, lambda t: 2),
    "joined_column_stack_back": lambda g, x: _joined_rows(g, x, _column, lambda t: 1),
    "pieces_back": _pieces_back,
    "slices_back": lambda g, x, dim: torch.stack(list(g), dim),
    "at": lambda x, i: x[i],
    "put": _put,
    "selected": lambda x, dim, k: x.select(dim, k),
    "selected_back": lambda g, x, dim, k: torch.select_scatter(_zeros(x), g, dim, k),
    "narrowed": lambda x, dim, a, n: x.narrow(dim, a, n),
    "narrowed_back": lambda g, x, dim, a, n: torch.slice_scatter(
        _zeros(x), g, dim, int(a), int(a) + n
    ),
    "chosen": lambda x, dim, i: x.index_select(dim, i),
    "chosen_back": lambda g, x, dim, i: _zeros(x).index_add(dim, i, g),
    "gathered": lambda x, dim, i: x.gather(dim, i),
    "gathered_back": lambda g, x, dim, i: _zeros(x).scatter_add(dim, i, g),
    "gathered_like": _gathered_like,
    "taken_along": lambda x, i, dim: torch.take_along_dim(x, i, dim),
    "taken_along_back": lambda g, x, i, dim: _zeros(x).scatter_add(dim, i, g),
    "taken": torch.take,
    "taken_back": lambda g, x, i: (
        _zeros(x).flatten().index_add(0, i.flatten(), g.flatten()).reshape(x.shape)
    ),
    "scattered": lambda x, dim, i, s: x.scatter(dim, i, s),
    "scatter_added": lambda x, dim, i, s: x.scatter_add(dim, i, s),
    "index_added": lambda x, dim, i, s, alpha: x.index_add(dim, i, s, alpha=alpha),
    "index_copied": lambda x, dim, i, s: x.index_copy(dim, i, s),
    "index_filled": lambda x, dim, i, v: x.index_fill(dim, i, v),
    "repeated": lambda x, n, dim: torch.repeat_interleave(x, n, dim),
    "repeated_back": _repeated_back,
    "rows_at": lambda x, i: x[i],
    "rows_put": _rows_put,
    "running_sum_back": lambda g, dim: g.flip(dim).cumsum(dim).flip(dim),
    "sorted": lambda x, dim, descending: x.sort(dim, descending)[0],
    "sorted_back": _sorted_back,
    "top": lambda x, k, dim, largest: x.topk(k, dim, largest)[0],
    "top_back": _top_back,
    "kth": lambda x, k, dim, keepdim: x.kthvalue(k, dim, keepdim)[0],
    "kth_back": _kth_back,
    "route_running": _route_running,
    "trapezoid_back": _trapezoid_back,
}
