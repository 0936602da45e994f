"""One op of a run in; what it computes and how it answers small changes, alone, out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.events import Op
from app.explain.replay import Place, Replay, Unreplayable, flat_tensors, replaced
from app.ops.execute import contribution_of, letters_of
from app.ops.row import Row
from app.ops.table import row_of

#: output elements up to which a column is read off row by row
ROWS = 1024


class Alone:
    """An op applied once more to what it was applied to, each differentiable argument a leaf."""

    def __init__(self, replay: Replay, draft: Draft) -> None:
        self.replay = replay
        self.draft = draft
        self.operands = [self.leaf((edge.source, edge.output)) for edge in draft.inputs]
        self.row = row_of(draft.op)

    def leaf(self, place: Place) -> Tensor:
        """A copy of an argument that autograd follows."""
        tensor = self.replay.value(place).clone()
        return tensor.requires_grad_() if tensor.is_floating_point() else tensor

    def run(self) -> list[Tensor]:
        """The outputs, with a graph of this op only. Raises Unreplayable."""
        try:
            return self.called()
        except RuntimeError as error:
            if "not differentiable with respect to" not in str(error):
                raise
        for operand, edge in zip(self.operands, self.draft.inputs):
            output = self.replay.drafts[edge.source].outputs[edge.output]
            if not output.tensor.requires_grad:
                operand.requires_grad_(False)  # as the class weights of a loss
        return self.called()

    def called(self) -> list[Tensor]:
        """The op applied to the operands as they are."""
        draft = self.draft
        with torch.enable_grad():
            operands = [
                t * 1 if t.requires_grad else t for t in self.operands
            ]  # no leaf is written to
            out = self.replay.call(draft, operands, None)
        found = flat_tensors(out)
        if len(found) < len(draft.outputs):
            raise Unreplayable("views", draft.index)
        return found

    def jacobian_row(self, output: int, index: tuple[int, ...]) -> list[Tensor | None]:
        """∂y[index]/∂argument for every argument, as torch's autograd gives it."""
        y = self.run()[output][index]
        return self.gradients(y, torch.ones_like(y))

    def gradients(self, y: Tensor, g: Tensor) -> list[Tensor | None]:
        """The VJP of g for every argument; None where it is not differentiable."""
        wanted = [t for t in self.operands if t.requires_grad]
        if not wanted or not y.requires_grad:
            return [None] * len(self.operands)
        found = iter(torch.autograd.grad(y, wanted, g, allow_unused=True))
        return [next(found) if t.requires_grad else None for t in self.operands]

    def jacobian_column(self, position: int, index: tuple[int, ...]) -> list[Tensor | None]:
        """∂y/∂argument[index] for every output. Raises Unreplayable."""
        columns: list[Tensor | None] = []
        for y in self.run():
            if not y.requires_grad or not self.operands[position].requires_grad:
                columns.append(None)
                continue
            try:
                column = self.doubled(y, position, index)
            except (RuntimeError, NotImplementedError):
                column = None  # torch cannot differentiate this op twice
            if column is None or bool(column.isnan().any()):
                column = self.row_by_row(y, position, index)  # 0 · ∞ of other elements is NaN above
            columns.append(column)
        return columns

    def doubled(self, y: Tensor, position: int, index: tuple[int, ...]) -> Tensor | None:
        """The column at once: the VJP is linear in the upstream gradient, and its derivative by
        that gradient is the column (the "double VJP" of forward mode)."""
        x, g = self.operands[position], torch.zeros_like(y, requires_grad=True)
        (sent,) = torch.autograd.grad(y, x, g, create_graph=True, allow_unused=True)
        if sent is None or not sent.requires_grad:
            return torch.zeros_like(y)
        (column,) = torch.autograd.grad(sent[index], g, retain_graph=True, allow_unused=True)
        return torch.zeros_like(y) if column is None else column

    def row_by_row(self, y: Tensor, position: int, index: tuple[int, ...]) -> Tensor:
        """The column as one element of every row. Raises Unreplayable where there are many."""
        if y.numel() > ROWS:
            raise Unreplayable("twice", self.draft.index)
        x = self.operands[position]
        rows = [
            torch.autograd.grad(one, x, retain_graph=True, allow_unused=True)[0]
            for one in y.flatten()
        ]
        zero = torch.zeros((), dtype=x.dtype)
        return torch.stack([zero if r is None else r[index].cpu() for r in rows]).reshape(y.shape)

    def letters(self, g: Any) -> dict[str, Any] | None:
        """The letters of the op's row; None where it has no row or the call does not fit it."""
        event = self.replay.events[self.draft.event]
        if self.row is None or not isinstance(event, Op):
            return None
        feed = iter([t.detach() for t in self.operands])
        try:
            args = tuple(replaced(a, feed, None) for a in event.args)
            kwargs = {k: replaced(v, feed, None) for k, v in (event.kwargs or {}).items()}
            bound = self.row.bind(args, kwargs)
            outputs = [
                self.replay.value((self.draft.index, k)) for k in range(len(self.draft.outputs))
            ]
            many = self.draft.op in ("chunk", "split", "tensor_split", "unbind")
            return letters_of(self.row, bound, outputs if many else outputs[0], g)
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError, StopIteration):
            return None


def known_row(alone: Alone, position: int, g: Any, sent: Tensor) -> tuple[Row, str, Any] | None:
    """(row, letter, letters) where the table explains the contribution `sent` along an argument,
    and its formula, computed, gives just that; else None: a formula that does not is not shown."""
    letters = alone.letters(g)
    argument = alone.draft.inputs[position].argument
    place: int | str = argument
    number: int | None = None
    if isinstance(argument, str) and "[" in argument:
        head, _, rest = argument.partition("[")
        place = int(head) if head.isdigit() else head
        number = int(rest.split("]")[0])
    if letters is None or alone.row is None:
        return None
    letter = alone.row.argument_of(place)
    if letter is None and alone.row.parameters[-1][0].startswith("*") and isinstance(place, int):
        letter = alone.row.parameters[-1][0][1:]
        number = place - len(alone.row.parameters) + 1
    if letter is None or not (letter in alone.row.local or letter in alone.row.vjp):
        return None
    try:
        found = contribution_of(alone.row, letter, letters)
        found = found[number] if isinstance(found, list) and number is not None else found
        if not isinstance(found, Tensor) or found.shape != sent.shape:
            return None
        if found.dtype != sent.dtype or found.dtype not in (torch.float32, torch.float64):
            wide = torch.complex128 if found.is_complex() or sent.is_complex() else torch.float64
            found, sent = found.to(wide), sent.to(wide)
        is_same = torch.allclose(found, sent, 1e-3, 1e-6, equal_nan=True)
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError):
        return None
    return (alone.row, letter, letters) if is_same else None
