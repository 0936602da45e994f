"""Upstream gradients of products, powers and decompositions in; the gradients of their factors, out."""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor


def _matmul_left(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """g bᵀ with torch's rules for vectors."""
    if a.dim() == 1 and b.dim() == 1:
        return g * b
    left = g.unsqueeze(-2) if a.dim() == 1 else g
    left = left.unsqueeze(-1) if b.dim() == 1 else left
    sent = left @ (b.unsqueeze(0) if b.dim() == 1 else b.transpose(-1, -2))
    return sent.squeeze(-2) if a.dim() == 1 else sent


def _matmul_right(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """aᵀ g with torch's rules for vectors."""
    if a.dim() == 1 and b.dim() == 1:
        return g * a
    right = g.unsqueeze(-1) if b.dim() == 1 else g
    right = right.unsqueeze(-2) if a.dim() == 1 else right
    sent = (a.unsqueeze(1) if a.dim() == 1 else a.transpose(-1, -2)) @ right
    return sent.squeeze(-1) if b.dim() == 1 else sent


def _einsum_back(g: Tensor, equation: str, x: Any) -> list[Tensor]:
    """Each operand's gradient is the einsum of the others with g (letters distinct per operand)."""
    inputs, _, output = equation.replace(" ", "").partition("->")
    parts = inputs.split(",")
    if not output and "->" not in equation:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    if "." in equation or any(len(set(part)) < len(part) for part in parts):
        raise KeyError("einsum with … or a repeated letter")
    sent = []
    for k, part in enumerate(parts):
        others = [p for j, p in enumerate(parts) if j != k]
        known = set("".join(others)) | set(output)
        kept = "".join(c for c in part if c in known)
        terms = [g, *(t for j, t in enumerate(x) if j != k)]
        back = torch.einsum(f"{','.join([output, *others])}->{kept}", *terms)
        index = tuple(slice(None) if c in known else None for c in part)
        sent.append(back[index].expand(x[k].shape))
    return sent


def _contracted(dims: Any, a: Tensor) -> tuple[list[int], list[int]]:
    if isinstance(dims, int):
        return list(range(a.dim() - dims, a.dim())), list(range(dims))
    return [d % a.dim() for d in dims[0]], list(dims[1])


def _contracted_left(g: Tensor, a: Tensor, b: Tensor, dims: Any) -> Tensor:
    over_a, over_b = _contracted(dims, a)
    over_b = [d % b.dim() for d in over_b]
    free_a = [d for d in range(a.dim()) if d not in over_a]
    free_b = [d for d in range(b.dim()) if d not in over_b]
    sent = torch.tensordot(g, b, (list(range(len(free_a), g.dim())), free_b))
    places = free_a + [over_a[over_b.index(d)] for d in sorted(over_b)]
    return sent.permute([places.index(k) for k in range(a.dim())])


def _contracted_right(g: Tensor, a: Tensor, b: Tensor, dims: Any) -> Tensor:
    over_a, over_b = _contracted(dims, a)
    over_b = [d % b.dim() for d in over_b]
    free_a = [d for d in range(a.dim()) if d not in over_a]
    free_b = [d for d in range(b.dim()) if d not in over_b]
    sent = torch.tensordot(g, a, (list(range(len(free_a))), free_a))
    places = free_b + [over_b[over_a.index(d)] for d in sorted(over_a)]
    return sent.permute([places.index(k) for k in range(b.dim())])


def _kron_blocks(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """g as [a's dimensions…, b's dimensions…]."""
    rank = max(a.dim(), b.dim())
    of_a = (1,) * (rank - a.dim()) + tuple(a.shape)
    of_b = (1,) * (rank - b.dim()) + tuple(b.shape)
    shape = list(itertools.chain.from_iterable(zip(of_a, of_b)))
    order = [*range(0, 2 * rank, 2), *range(1, 2 * rank, 2)]
    return g.reshape(shape).permute(order).reshape(*a.shape, *b.shape)


def _kron_left(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.tensordot(_kron_blocks(g, a, b), b, b.dim())


def _kron_right(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.tensordot(a, _kron_blocks(g, a, b), a.dim())


def _distances_left(g: Tensor, a: Tensor, b: Tensor, y: Tensor) -> Tensor:
    ratio = torch.where(y == 0, 0.0, g / y)
    return a * ratio.sum(-1, keepdim=True) - ratio @ b


def _inner_left(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return g * b if not a.dim() or not b.dim() else torch.tensordot(g, b, b.dim() - 1)


def _inner_right(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    if not a.dim() or not b.dim():
        return g * a
    free = list(range(a.dim() - 1))
    return torch.tensordot(g, a, (free, free))


def _power_back(g: Tensor, x: Tensor, n: int) -> Tensor:
    """Σₖ (xᵏ)ᵀ g (xⁿ⁻¹⁻ᵏ)ᵀ"""
    power = torch.linalg.matrix_power
    t = x.transpose(-1, -2)
    if n >= 0:
        return sum((power(t, k) @ g @ power(t, n - 1 - k) for k in range(n)), torch.zeros_like(x))
    return -sum(
        (power(t, -k) @ g @ power(t, n - 1 + k) for k in range(1, -n + 1)), torch.zeros_like(x)
    )


def _matrix_exp_back(g: Tensor, x: Tensor) -> Tensor:
    """The upper right block of exp [[xᵀ, g], [0, xᵀ]] (Higham, Functions of Matrices, 3.16)."""
    t = x.transpose(-1, -2)
    top, low = torch.cat([t, g], -1), torch.cat([torch.zeros_like(t), t], -1)
    return torch.matrix_exp(torch.cat([top, low], -2))[..., : x.shape[-1], x.shape[-1] :]


def _cholesky_back(g: Tensor, y: Tensor) -> Tensor:
    """Murray 2016, "Differentiation of the Cholesky decomposition", eq. 10, symmetrised."""
    inverse = torch.linalg.inv(y)
    phi = (y.transpose(-1, -2) @ g).tril()
    phi = phi - torch.diag_embed(torch.diagonal(phi, dim1=-2, dim2=-1)) / 2
    sent = inverse.transpose(-1, -2) @ phi @ inverse
    return (sent + sent.transpose(-1, -2)) / 2


def _svdvals_back(g: Tensor, x: Tensor) -> Tensor:
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    return (u * g.unsqueeze(-2)) @ v


def _eigvalsh_back(g: Tensor, x: Tensor) -> Tensor:
    _, v = torch.linalg.eigh(x)
    return (v * g.unsqueeze(-2)) @ v.transpose(-1, -2)


def _pinv_back(g: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Golub and Pereyra 1973."""
    t, ty, tg = x.transpose(-1, -2), y.transpose(-1, -2), g.transpose(-1, -2)
    left = torch.eye(x.shape[-2], dtype=x.dtype) - x @ y
    right = torch.eye(x.shape[-1], dtype=x.dtype) - y @ x
    del t
    return -ty @ g @ ty + left @ tg @ y @ ty + ty @ y @ tg @ right


MATRICES: dict[str, Any] = {
    "matmul_left": _matmul_left,
    "matmul_right": _matmul_right,
    "inner_left": _inner_left,
    "inner_right": _inner_right,
    "product3": lambda a, w, c: torch.einsum("...i,kij,...j->...k", a, w, c),
    "product3_a": lambda g, w, c: torch.einsum("...k,kij,...j->...i", g, w, c),
    "product3_c": lambda g, w, a: torch.einsum("...k,kij,...i->...j", g, w, a),
    "product3_w": lambda g, a, c: torch.einsum(
        "nk,ni,nj->kij",
        g.reshape(-1, g.shape[-1]),
        a.reshape(-1, a.shape[-1]),
        c.reshape(-1, c.shape[-1]),
    ),
    "einsum_back": _einsum_back,
    "contracted_left": _contracted_left,
    "contracted_right": _contracted_right,
    "kron_left": _kron_left,
    "kron_right": _kron_right,
    "distances_left": _distances_left,
    "outer_columns": lambda a, b: torch.outer(a, b) if a.dim() == 1 else a @ b.transpose(-1, -2),
    "power_back": _power_back,
    "matrix_exp_back": _matrix_exp_back,
    "cholesky_back": _cholesky_back,
    "svdvals_back": _svdvals_back,
    "eigvalsh_back": _eigvalsh_back,
    "pinv_back": _pinv_back,
}
