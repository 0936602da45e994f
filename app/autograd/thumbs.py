"""Big tensors in; a small heatmap of each, all read at once after the run, out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from app.graph import Thumb, Value
from app.thumb import LEVELS, scale_of, steps_of

#: heatmaps one run is given; the tensors after them have none, unless they are seen at first
MOST = 4_000
#: stands for NaN until the levels are read
NAN = 127


class Thumbs:
    """Notes some elements of each tensor, then reads their levels in one go per dtype."""

    def __init__(self) -> None:
        self.count = 0
        self.waiting: dict[Any, list[tuple[Tensor, Thumb]]] = {}

    def of(self, tensor: Any, value: Value, is_first: bool = False) -> Thumb | None:
        """The heatmap, whose levels are filled in by `read`; None where there is none to draw.
        `is_first`: a folded picture shows it, and shall not change when the run is whole."""
        if self.count >= MOST and not is_first:
            return None
        if not isinstance(tensor, Tensor) or not _is_drawable(tensor):
            return None
        self.count += 1
        steps = steps_of(tensor.shape)
        sample = sampled(tensor.detach(), steps)
        thumb = Thumb(levels=[], scale=_scale(value, sample), steps=steps)
        self.waiting.setdefault((tensor.dtype, tensor.device), []).append((sample, thumb))
        return thumb

    def read(self) -> None:
        """Fill in the levels of all that were noted."""
        for noted in self.waiting.values():
            levels, start = _levels(noted), 0
            for sample, thumb in noted:
                rows, columns = sample.shape
                end = start + rows * columns
                thumb.levels.extend(levels[k : k + columns] for k in range(start, end, columns))
                start = end
        self.waiting = {}


def _is_drawable(tensor: Tensor) -> bool:
    plain = tensor.layout == torch.strided and tensor.device.type != "meta"
    number = not (tensor.is_complex() or tensor.is_quantized)
    return plain and number and tensor.dim() > 0 and tensor.numel() > 0


def sampled(tensor: Tensor, steps: tuple[int, int]) -> Tensor:
    """Every so many rows and columns of the tensor as a matrix, without a copy of the whole."""
    columns = tensor.shape[-1]
    try:
        return tensor.view(-1, columns)[:: steps[0], :: steps[1]]
    except RuntimeError:  # its rows are not evenly spaced in memory
        leading = tensor.shape[:-1]
        rows = range(0, math.prod(leading), steps[0])
        return torch.stack([tensor[_index(row, leading)][:: steps[1]] for row in rows])


def _index(position: int, shape: Any) -> tuple[int, ...]:
    found = []
    for size in reversed(shape):
        position, place = divmod(position, size)
        found.append(place)
    return tuple(reversed(found))


def _scale(value: Value, sample: Tensor) -> float:
    known = (value.min, value.max, value.norm)
    if all(isinstance(x, (int, float)) for x in known):
        low, high, norm = (float(x) for x in known if x is not None)
        return scale_of(max(abs(low), abs(high)), norm / math.sqrt(value.numel))
    finite = sample[sample.isfinite()].double()
    if not finite.numel():
        return 1.0
    return scale_of(float(finite.abs().max()), float(finite.square().mean().sqrt()))


def _levels(noted: list[tuple[Tensor, Thumb]]) -> list[int | None]:
    elements = torch.cat([sample.reshape(-1) for sample, _ in noted]).double()
    counts = torch.tensor([sample.numel() for sample, _ in noted], device=elements.device)
    scales = torch.tensor([t.scale for _, t in noted], dtype=torch.double, device=elements.device)
    relative = elements / scales.repeat_interleave(counts)
    levels = (relative * LEVELS).round().clamp(-LEVELS, LEVELS)
    levels = torch.where(elements.isinf(), elements.sign() * (LEVELS + 1), levels)
    found: list[int | None] = levels.nan_to_num(NAN).to(torch.int8).tolist()
    if NAN in found:
        return [None if level == NAN else level for level in found]
    return found
