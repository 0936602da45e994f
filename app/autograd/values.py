"""Tensors (or elements already read) in; wire Values with their statistics out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from app.autograd.engine import Small
from app.autograd.recorder import SMALL, rows_of
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
    if not content or not isinstance(content[0], list):
        return content
    elements: list[Any] = []
    for item in content:
        elements.extend(flat(item)) if isinstance(item, list) else elements.append(item)
    return elements


def value_of_content(content: Any, told: int = SMALL) -> Value:
    """Elements read from a small tensor → Value; statistics in float64, std as torch.std. The
    elements themselves are told where there are at most `told`."""
    if type(content) is float and math.isfinite(content):
        x = content
        size = abs(x)
        return Value(data=x, numel=1, min=x, max=x, mean=x, norm=size, zero=int(size == 0))
    elements = flat(content)
    count = len(elements)
    zero = elements.count(0)
    if not count or isinstance(elements[0], (bool, complex)):
        return Value(data=nested(content) if count <= told else None, numel=count, zero=zero)
    total = _sum(elements)
    if not math.isfinite(total):
        return _not_finite(content, elements, told)
    mean = total / count
    return Value(
        data=content if count <= told else None,
        numel=count,
        min=min(elements),
        max=max(elements),
        mean=mean,
        std=number(math.dist(elements, [mean] * count) / math.sqrt(count - 1))
        if count > 1
        else None,
        norm=number(math.hypot(*elements)),
        zero=zero,
    )


def _not_finite(content: Any, elements: list[Any], told: int) -> Value:
    """Elements among which some are NaN or infinite, or whose sum is."""
    count = len(elements)
    nan = sum(1 for x in elements if x != x)
    inf = sum(1 for x in elements if x in (math.inf, -math.inf))
    mean = math.nan if nan else _sum(elements) / count
    return Value(
        data=nested(content) if count <= told else None,
        numel=count,
        min=number(math.nan if nan else min(elements)),
        max=number(math.nan if nan else max(elements)),
        mean=number(mean),
        std=number(_std(elements, mean)) if count > 1 else None,
        norm=number(_norm(elements)),
        nan=nan,
        inf=inf,
        zero=elements.count(0),
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


@contextmanager
def one_thread() -> Iterator[None]:
    """A thousand short reductions: to wake another thread for each takes longer than to do without,
    many times longer where its processor is busy."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(count)


class Reader:
    """Reads Values of tensors, each storage version once: they must outlive the reader.

    Small tensors' elements are told up to `told` of them."""

    def __init__(self) -> None:
        self.told = SMALL
        self.seen: dict[tuple[Any, ...], Value] = {}

    def value(self, kept: Any) -> Value | None:
        """A Small, a tensor or None → Value or None."""
        if kept is None:
            return None
        if isinstance(kept, Small):
            return value_of_content(kept.content, self.told)
        return self.value_of(kept)

    def passing(self, kept: Any) -> Value | None:
        """The same of what nobody else holds: its memory will be another tensor's soon."""
        before = self.seen
        self.seen = {}
        try:
            return self.value(kept)
        finally:
            self.seen = before

    def value_of(self, tensor: Tensor) -> Value:
        """Everything the wire says of a tensor's elements."""
        tensor = tensor.detach()
        if tensor.layout != torch.strided or tensor.is_meta:
            return Value(numel=tensor.numel())
        if tensor.numel() <= SMALL:
            content = tensor.tolist() if tensor.numel() else rows_of(tensor)
            return value_of_content(content, self.told)
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
    mean = sample.mean()
    # ten times as fast as torch.std_mean, which does not vectorise
    std = torch.linalg.vector_norm(sample - mean) / math.sqrt(max(sample.numel() - 1, 1))
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
