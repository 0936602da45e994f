"""Gradients and the contributions found for them, in; what of a gradient no contribution brought, out.

What is shown beside a gradient must add up to it. Small tensors are compared element by element,
big ones by evenly spread elements and by their sums."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from app.autograd.engine import Kept, Small, keep
from app.autograd.recorder import SMALL
from app.autograd.values import flat, in_memory_order

#: elements of a big tensor that are compared one by one
PROBES = 256
#: elements of a big tensor added in its own type, which costs less than SLACK; their sums in a wider one
PIECE = 1 << 20
#: how far two ways of adding the same numbers may be apart, in units of the type's precision
SLACK = 2


def as_tensor(kept: Kept) -> Tensor:
    """A kept gradient as a tensor."""
    if isinstance(kept, Small):
        return torch.tensor(kept.content, dtype=kept.dtype, device=kept.device).reshape(kept.shape)
    tensor: Tensor = kept
    return tensor


def added(first: Any, second: Any) -> Any:
    """The sum of two kept gradients, by torch."""
    if first is None or second is None:
        return first if second is None else second
    return keep(torch.add(as_tensor(first), as_tensor(second)))


def rest_of(gradient: Kept, parts: list[Kept]) -> Kept:
    """The gradient minus the sum of `parts`; None where they add up to it, as far as floating-point
    numbers do, or cannot be compared."""
    if len(parts) == 1 and (parts[0] is gradient or _alike(parts[0], gradient)):
        return None
    if isinstance(gradient, Small):
        if all(isinstance(part, Small) for part in parts) and _adds_up(gradient, parts):
            return None
    elif _looks_added_up(gradient, parts):
        return None
    return _rest(gradient, parts)


def _alike(part: Kept, gradient: Kept) -> bool:
    if isinstance(part, Small) and isinstance(gradient, Small):
        return part.content == gradient.content
    both = isinstance(part, Tensor) and isinstance(gradient, Tensor)
    return both and part.data_ptr() == gradient.data_ptr() and part.stride() == gradient.stride()


def _adds_up(gradient: Small, parts: list[Small]) -> bool:
    wanted = flat(gradient.content)
    columns = [flat(part.content) for part in parts]
    if any(len(column) != len(wanted) for column in columns):
        return False
    epsilon, count = _epsilon(gradient.dtype, [part.dtype for part in parts]), len(parts) + 1
    apart = []
    for x, *terms in zip(wanted, *columns):
        total = sum(terms)
        if total == x:
            continue
        size = max(sum(map(abs, terms)), abs(x)) * count
        if not abs(total - x) <= epsilon * size:
            apart.append((total, x, size))
    if not apart:
        return True
    scale = max((abs(x) for column in [wanted, *columns] for x in column if x == x), default=0.0)
    return all(
        abs(total - x) <= epsilon * (size + 1e-3 * scale) + 1e-40 or _is_lost(total, x)
        for total, x, size in apart
    )


def _is_lost(total: Any, x: Any) -> bool:
    """NaN twice, or infinity against NaN: what rounds over, rounds over in any order."""
    if total != total and x != x:
        return True
    return not (math.isfinite(abs(total)) or math.isfinite(abs(x)))


def _epsilon(dtype: torch.dtype, others: list[torch.dtype]) -> float:
    kinds = [d for d in (dtype, *others) if d.is_floating_point or d.is_complex]
    return SLACK * max((torch.finfo(d).eps for d in kinds), default=0.0)


def _looks_added_up(gradient: Tensor, parts: list[Kept]) -> bool:
    tensors = [as_tensor(part) for part in parts]
    if any(t.shape != gradient.shape for t in tensors) or gradient.is_meta:
        return gradient.is_meta
    if any(t.layout != torch.strided for t in [gradient, *tensors]):
        return True
    where = _probes(gradient)
    wanted = gradient[where].reshape(-1)
    probed = [t[where].reshape(-1) for t in tensors]
    if not _adds_up(_small(wanted), [_small(one) for one in probed]):
        return False
    return _same_sum(gradient, tensors)


def _same_sum(gradient: Tensor, tensors: list[Tensor]) -> bool:
    """What a few rows alone lack, as of an embedding, shows in the sum over all elements."""
    wide = torch.complex128 if gradient.is_complex() else torch.float64
    sums = [_sum(t.detach(), wide) for t in [gradient, *tensors]]
    norms = [float(torch.linalg.vector_norm(t.detach())) for t in [gradient, *tensors]]
    rest, size = abs(sums[0] - sum(sums[1:])), sum(norms) * math.sqrt(gradient.numel())
    if not math.isfinite(rest) or not math.isfinite(size):
        return True
    return rest <= (len(tensors) + 1) * _epsilon(gradient.dtype, [t.dtype for t in tensors]) * size


def _sum(tensor: Tensor, wide: torch.dtype) -> Any:
    """The sum, in a wider type from PIECE elements on: thirty times as fast as in that type alone."""
    line = in_memory_order(tensor)
    if not line.is_contiguous() or line.dtype in (torch.float16, torch.bfloat16):
        return tensor.sum(dtype=wide).item()
    pieces = [piece.sum() for piece in line.view(-1).split(PIECE)]
    return torch.stack(pieces).to(wide).sum().item()


def _probes(tensor: Tensor) -> tuple[Tensor, ...]:
    numel = tensor.numel()
    places = torch.linspace(0, numel - 1, PROBES, dtype=torch.float64, device=tensor.device).long()
    return tuple(torch.unravel_index(places, tensor.shape))


def _small(tensor: Tensor) -> Small:
    return Small(tensor.detach().tolist(), tuple(tensor.shape), tensor.dtype, tensor.device)


def _rest(gradient: Kept, parts: list[Kept]) -> Kept:
    total = as_tensor(gradient).detach()
    try:
        for part in parts:
            total = total - as_tensor(part).detach()
    except RuntimeError:
        return gradient  # other shapes: nothing can be subtracted
    return keep(total) if total.numel() <= SMALL else total


def summed(parts: list[Any]) -> Any:
    """The sum of kept tensors."""
    total = as_tensor(parts[0])
    for part in parts[1:]:
        total = total + as_tensor(part)
    return keep(total)
