"""A finished run and a tensor in; the statistics of all its elements, and how they are spread, out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from app.autograd import Finished
from app.autograd.values import number
from app.errors import ProgramError
from app.explain.slices import tensor_of
from app.explanations import Distributed, Distribution
from app.graph import Value
from app.thumb import scale_of

#: elements counted one and all; of a larger tensor an evenly spaced part
COUNTED = 1 << 23
#: elements turned into float64 at a time
CHUNK = 1 << 20
#: bars of a linear histogram; decades and bars per decade of a logarithmic one
BARS, DECADES, PER_DECADE = 48, 10, 3


def distribution(finished: Finished, question: Distribution) -> Distributed:
    """Statistics and a histogram. Raises ProgramError for what has no order."""
    tensor = tensor_of(finished, question)
    if tensor.is_complex():
        raise ProgramError("no_distribution", lang=finished.lang)
    part, steps = thinned(tensor, COUNTED)
    tally = Tally(part)
    whole = tensor.dtype == torch.bool or not tensor.is_floating_point()
    edges = tally.edges_log() if question.scale == "log" else tally.edges_linear(whole)
    return Distributed(
        edges=edges,
        counts=tally.histogram(edges),
        value=tally.value(tensor.numel()),
        scale=tally.scale,
        counted=part.numel(),
        steps=steps,
    )


def thinned(tensor: Tensor, most: int) -> tuple[Tensor, list[int]]:
    """At most `most` elements, evenly spaced, as a view; and every how many of each dimension."""
    steps = [1] * tensor.dim()
    while math.prod(sizes := [-(-n // s) for n, s in zip(tensor.shape, steps)]) > most:
        steps[sizes.index(max(sizes))] *= 2
    return tensor[tuple(slice(None, None, step) for step in steps)], steps


def chunks(tensor: Tensor) -> Iterator[Tensor]:
    """All elements, piece by piece, each piece a flat float64 tensor of its own."""
    if tensor.numel() <= CHUNK:
        yield tensor.reshape(-1).double()
        return
    longest = max(range(tensor.dim()), key=lambda d: tensor.shape[d])
    for piece in tensor.chunk(-(-tensor.numel() // CHUNK), dim=longest):
        yield from chunks(piece)


class Tally:
    """What is counted of a tensor in two walks over it. Sizes are those of finite elements."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.count = self.nan = self.inf = self.zero = 0
        self.low, self.high, self.least = math.inf, -math.inf, math.inf
        self.sum = self.norm = self.squares = 0.0
        self.ends = 0.0  # what the infinities sum to
        for chunk in chunks(tensor):
            self._take(chunk)
        self.mean = self.sum / self.count if self.count else math.nan
        for chunk in chunks(tensor) if self.count else ():
            finite = chunk[chunk.isfinite()] - self.mean
            self.squares += float(finite.square().sum())

    def _take(self, chunk: Tensor) -> None:
        finite = chunk[chunk.isfinite()]
        self.nan += int(chunk.isnan().sum())
        infinite = chunk[chunk.isinf()]
        self.inf += infinite.numel()
        self.ends += float(infinite.sum())
        self.count += finite.numel()
        if finite.numel():
            sizes = finite[finite != 0].abs()
            self.zero += finite.numel() - sizes.numel()
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))
            self.least = min(self.least, float(sizes.min())) if sizes.numel() else self.least
            self.sum += float(finite.sum())
            self.norm = math.hypot(self.norm, float(torch.linalg.vector_norm(finite)))

    @property
    def scale(self) -> float:
        """The size that full colour stands for."""
        if not self.count:
            return 1.0
        largest = max(abs(self.low), abs(self.high))
        return scale_of(largest, self.norm / math.sqrt(self.count))

    def value(self, numel: int) -> Value:
        """The statistics as everywhere else: NaN and infinities are left out of none."""
        counted = self.tensor.numel()
        if not counted:
            return Value(numel=numel)
        odd = math.nan if self.nan else self.ends if self.inf else None
        share = numel / counted
        return Value(
            numel=numel,
            min=number(math.nan if self.nan else self._end(-1)),
            max=number(math.nan if self.nan else self._end(1)),
            mean=number(self.mean if odd is None else odd),
            std=number(self._std() if odd is None else math.nan) if counted > 1 else None,
            norm=number(self._norm(share)),
            nan=round(self.nan * share),
            inf=round(self.inf * share),
            zero=round(self.zero * share),
            approximate=counted < numel,
        )

    def _norm(self, share: float) -> float:
        if self.nan or self.inf:
            return math.nan if self.nan else math.inf
        return self.norm * math.sqrt(share)

    def _std(self) -> float:
        return math.sqrt(self.squares / max(self.count - 1, 1))

    def _end(self, sign: int) -> float:
        """The least or the largest element."""
        if self.inf and bool((self.tensor == sign * math.inf).any()):
            return sign * math.inf
        if not self.count:
            return -sign * math.inf
        return self.high if sign > 0 else self.low

    def edges_linear(self, is_whole: bool) -> list[Any]:
        """Bars of equal width from the least to the largest; of whole numbers, around each."""
        if not self.count:
            return []
        low, high = self.low, self.high
        if is_whole and high - low < BARS:
            return [low - 0.5 + k for k in range(int(high - low) + 2)]
        if low == high:
            low, high = low - 1, high + 1  # as torch.histc does
        shares = [k / BARS for k in range(BARS + 1)]
        return [low * (1 - share) + high * share for share in shares]

    def edges_log(self) -> list[Any]:
        """Bars of equal ratio on both sides of zero, and one for zero and what is next to it."""
        if not self.count or math.isinf(self.least):
            return self.edges_linear(False)
        top = math.floor(math.log10(max(abs(self.low), abs(self.high)))) + 1
        bottom = max(math.floor(math.log10(self.least)), top - DECADES)
        steps = range((top - bottom) * PER_DECADE + 1)
        sizes = [_power(bottom + k / PER_DECADE) for k in steps]
        left = sizes[::-1] if self.low < 0 else sizes[:1]
        right = sizes if self.high > 0 else sizes[:1]
        return [-x for x in left] + right

    def histogram(self, edges: list[Any]) -> list[int]:
        """Finite elements between each two edges; the last bar takes its right edge too."""
        if len(edges) < 2:
            return []
        inner = torch.tensor(edges[1:-1], dtype=torch.double, device=self.tensor.device)
        total = torch.zeros(len(edges) - 1, dtype=torch.long, device=self.tensor.device)
        for chunk in chunks(self.tensor):
            places = torch.bucketize(chunk[chunk.isfinite()], inner, right=True)
            total += torch.bincount(places, minlength=len(edges) - 1)
        return [int(count) for count in total.tolist()]


def _power(exponent: float) -> float:
    """10 to it, at most the largest float."""
    return float(10.0 ** min(exponent, 308.2))
