"""Tensors (or elements already read) in; wire Values with their statistics out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from app.autograd.engine import Small
from app.autograd.recorder import SMALL
from app.graph import Nested, Value

#: elements above which min, max, mean, std and norm describe an evenly spaced sample
EXACT = 1 << 20


def number(x: Any) -> Any:
    """A Python number as it travels: NaN and infinities as strings, complex as text."""
    if isinstance(x, float):
        if math.isnan(x):
            return "nan"
        if math.isinf(x):
            return "inf" if x > 0 else "-inf"
    elif isinstance(x, complex):
        return str(x)
    return x


def nested(content: Any) -> Nested:
    """Nested lists with every element made safe for JSON."""
    if isinstance(content, list):
        return [nested(item) for item in content]
    return number(content)


def flat(content: Any) -> list[Any]:
    """The elements of nested lists, in order."""
    if not isinstance(content, list):
        return [content]
    elements: list[Any] = []
    for item in content:
        elements.extend(flat(item)) if isinstance(item, list) else elements.append(item)
    return elements


def value_of_content(content: Any) -> Value:
    """Elements read from a small tensor → Value; statistics in float64, std as torch.std."""
    elements = flat(content)
    count = len(elements)
    zero = sum(1 for x in elements if x == 0)
    if not count or isinstance(elements[0], (bool, complex)):
        return Value(data=nested(content), numel=count, zero=zero)
    nan = sum(1 for x in elements if x != x)
    inf = sum(1 for x in elements if x in (math.inf, -math.inf))
    mean = math.nan if nan else _sum(elements) / count
    return Value(
        data=nested(content),
        numel=count,
        min=number(math.nan if nan else min(elements)),
        max=number(math.nan if nan else max(elements)),
        mean=number(mean),
        std=number(_std(elements, mean)) if count > 1 else None,
        norm=number(_norm(elements)),
        nan=nan,
        inf=inf,
        zero=zero,
    )


def _sum(elements: list[Any]) -> float:
    try:
        return math.fsum(elements)
    except (OverflowError, ValueError):  # infinities of both signs
        return float(sum(elements))


def _norm(elements: list[Any]) -> float:
    try:
        return math.hypot(*elements)
    except OverflowError:
        return math.inf


def _std(elements: list[Any], mean: float) -> float:
    if not math.isfinite(mean):
        return math.nan
    try:
        squares = math.fsum((x - mean) ** 2 for x in elements)
    except OverflowError:
        return math.inf
    return math.sqrt(squares / (len(elements) - 1))


def in_memory_order(tensor: Tensor) -> Tensor:
    """The same elements viewed along memory, so that statistics read it once, forwards."""
    if tensor.is_contiguous():
        return tensor
    strides = tensor.stride()
    return tensor.permute(sorted(range(tensor.dim()), key=lambda d: -strides[d]))


class Reader:
    """Reads Values of tensors, each storage version once."""

    def __init__(self) -> None:
        self.seen: dict[tuple[Any, ...], Value] = {}

    def value(self, kept: Any) -> Value | None:
        """A Small, a tensor or None → Value or None."""
        if kept is None:
            return None
        if isinstance(kept, Small):
            return value_of_content(kept.content)
        return self.value_of(kept)

    def value_of(self, tensor: Tensor) -> Value:
        """Everything the wire says of a tensor's elements."""
        tensor = tensor.detach()
        if tensor.layout != torch.strided:
            return Value(numel=tensor.numel())
        if tensor.numel() <= SMALL:
            return value_of_content(tensor.tolist())
        key = (tensor.data_ptr(), tensor._version, tuple(tensor.shape), tensor.stride())
        if key not in self.seen:
            self.seen[key] = _summary(tensor)
        return self.seen[key]


def _summary(tensor: Tensor) -> Value:
    numel = tensor.numel()
    if tensor.dtype == torch.bool or tensor.is_complex():
        return Value(numel=numel, zero=numel - int(tensor.count_nonzero()))
    if not tensor.is_floating_point():
        return _statistics(tensor.double(), tensor, False, numel)
    whole = in_memory_order(tensor)
    sample = whole
    approximate = numel > EXACT
    if approximate:
        line = whole.reshape(-1) if whole.is_contiguous() else whole.flatten()
        sample = line[:: numel // (EXACT // 16)]
    return _statistics(sample, whole, approximate, numel)


def _statistics(sample: Tensor, whole: Tensor, approximate: bool, numel: int) -> Value:
    sample = sample.float() if sample.dtype in (torch.float16, torch.bfloat16) else sample
    low, high = torch.aminmax(sample)
    std, mean = torch.std_mean(sample)
    norm = torch.linalg.vector_norm(sample)
    read = torch.stack([low, high, mean, std, norm, whole.sum()]).tolist()
    nan = inf = 0
    if not math.isfinite(read[5]):
        nan, inf = int(whole.isnan().sum()), int(whole.isinf().sum())
    return Value(
        numel=numel,
        min=number(read[0]),
        max=number(read[1]),
        mean=number(read[2]),
        std=number(read[3]),
        norm=number(read[4] * math.sqrt(numel / sample.numel()) if approximate else read[4]),
        nan=nan,
        inf=inf,
        zero=numel - int(whole.count_nonzero()),
        approximate=approximate,
    )
