"""A finished run and a Slice in; the elements of that part of a tensor, out."""

from __future__ import annotations

import math
from functools import reduce

import msgspec
import torch
from torch import Tensor

from app.autograd import Finished
from app.autograd.assemble import Assembly
from app.autograd.flows import added, as_tensor
from app.autograd.values import Reader, nested
from app.errors import ProgramError
from app.explanations import Distribution, Slice, Sliced
from app.graph import Value

#: elements of a slice sent in full
ELEMENTS = 4096
#: elements up to which a sparse or quantized tensor is written out to be read
DENSE = 1 << 22

#: one index, or start, stop and step, for each dimension
Window = list[int | list[int]]


def sliced(finished: Finished, request: Slice) -> Sliced:
    """Part of a value or gradient: an int picks an index, [start, stop, step] a range; dimensions
    left out are whole. Only that part is read. What cannot be read is a problem in the answer."""
    try:
        tensor = tensor_of(finished, request)
        window = window_of(request, list(tensor.shape), finished.lang)
        part = tensor[tuple(i if isinstance(i, int) else slice(*i) for i in window)]
        return Sliced(
            shape=list(part.shape),
            value=_in_full(part),
            index=window,
            whole=list(tensor.shape),
            dtype=str(tensor.dtype).removeprefix("torch."),
        )
    except ProgramError as error:
        return Sliced(problem=error.problem)


def window_of(request: Slice, shape: list[int], lang: str) -> Window:
    """The index with every bound inside the shape. Raises ProgramError."""

    def refused(dimension: int, index: object) -> ProgramError:
        text = str(index)[:40]
        return ProgramError("slice_index", lang=lang, dimension=dimension, index=text, shape=shape)

    if len(request.index) > len(shape):
        raise refused(len(shape), request.index[len(shape)])
    window: Window = []
    for dimension, (one, size) in enumerate(zip(request.index, shape)):
        if isinstance(one, int):
            if not -size <= one < size:
                raise refused(dimension, one)
            window.append(one % size)
        elif len(one) in (2, 3) and one[2:] != [0] and all(k >= 0 for k in one[2:]):
            start, stop, step = slice(*one).indices(size)
            window.append([start, stop, min(step, size or 1)])
        else:
            raise refused(dimension, one)
    window += [[0, size, 1] for size in shape[len(window) :]]
    count = math.prod(len(range(*one)) for one in window if isinstance(one, list))
    if count > ELEMENTS:
        raise ProgramError("slice_too_large", lang=lang, count=count, limit=ELEMENTS)
    return window


def tensor_of(finished: Finished, request: Slice | Distribution) -> Tensor:
    """The tensor asked about, as one whose elements can be read. Raises ProgramError."""
    assembly = finished.assembly
    place = assembly.place_of(request.node, request.output) if assembly else None
    if assembly is None or place is None:
        raise ProgramError("no_slice", lang=finished.lang)
    if request.of == "gradient":
        kept = assembly.gradient_tensor(*place)
        tensor = kept if request.edge is None else contribution_of(assembly, request.edge, place)
        if tensor is None:
            raise ProgramError("no_slice", lang=finished.lang)
    else:
        output = assembly.weaver.drafts[place[0]].outputs[place[1]]
        if output.is_unset:
            raise ProgramError("unset", lang=finished.lang)
        tensor = assembly.as_made(output)
    return readable(tensor.detach(), finished.lang)


def contribution_of(assembly: Assembly, edge: str, place: tuple[int, int]) -> Tensor | None:
    """What came back along an edge from an output, over all passes that add up; None where no such
    edge leaves it, or nothing came."""
    drafts = assembly.weaver.drafts
    for (draft, position), name in assembly.edge_ids.items():
        entry = drafts[draft].inputs[position]
        if name == edge and (entry.source, entry.output) == place and entry.contributions:
            return as_tensor(reduce(added, entry.contributions))
    return None


def readable(tensor: Tensor, lang: str) -> Tensor:
    """The same elements in memory, one by one. Raises ProgramError where there are none such."""
    plain = tensor.layout == torch.strided and not tensor.is_quantized
    if tensor.is_nested or tensor.is_meta or (not plain and tensor.numel() > DENSE):
        raise ProgramError("slice_unreadable", lang=lang, kind=_kind(tensor))
    if tensor.is_quantized:
        return tensor.dequantize()
    if tensor._is_zerotensor():
        return torch.zeros((), dtype=tensor.dtype).expand(tensor.shape)
    return tensor if plain else tensor.to_dense()


def _kind(tensor: Tensor) -> str:
    if tensor.is_nested:
        return "nested"
    return "meta" if tensor.is_meta else str(tensor.layout).removeprefix("torch.")


def _in_full(part: Tensor) -> Value:
    value = Reader().value_of(part)
    if value.data is None:
        return msgspec.structs.replace(value, data=nested(part.tolist()))
    return value
