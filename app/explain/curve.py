"""A leaf and the last pass's root in; second derivatives (or the Jacobian) and forward mode beside
reverse mode, out."""

from __future__ import annotations

import re
from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd import forward_ad

from app.autograd.values import Reader, nested
from app.errors import ProgramError
from app.explain.replay import Backward, Place, Replay
from app.explain.symbols import Symbols
from app.explanations import Curvature
from app.words import say

#: elements of a leaf (and of a root) a matrix is shown for
ELEMENTS = 32

Function = Callable[[Tensor], Tensor]

#: torch's words for a backward formula that has no derivative of its own
TWICE = re.compile(r"derivative for '?(?:aten::)?_*(\w+?)(?:_backward)?'? is not implemented")


class Curves:
    """Differentiates the root as a function of one leaf, in float64."""

    def __init__(self, replay: Replay, backward: Backward, lang: str) -> None:
        self.replay = replay
        self.backward = backward
        self.lang = lang
        self.symbols = Symbols(replay)

    def of(self, node: str) -> Curvature:
        """Raises ProgramError for a leaf that is unknown or too large."""
        ids = {name: draft for draft, name in self.replay.assembly.ids.items()}
        roots = self.replay.roots(self.backward)
        if node not in ids or not roots:
            raise ProgramError("unknown_node", lang=self.lang)
        leaf, root = (ids[node], 0), roots[0][0]
        if self.replay.is_complex(leaf) or self.replay.is_complex(root):
            raise ProgramError("complex_leaf", lang=self.lang)
        x = self.replay.value(leaf).double().clone()
        needed = self.replay.between([leaf], [root])
        size = self.replay.value(root).numel()
        if not needed:
            raise ProgramError("not_connected", lang=self.lang)
        if x.numel() > ELEMENTS or size > ELEMENTS:
            raise ProgramError("curve_too_large", lang=self.lang, limit=ELEMENTS)

        def function(flat: Tensor) -> Tensor:
            known = self.replay.compute(needed, {leaf: flat.reshape(x.shape)}, torch.float64)
            return known[root]

        try:
            with torch.enable_grad():
                return self.answered(node, leaf, root, x.flatten(), function)
        except (RuntimeError, NotImplementedError) as error:
            op = TWICE.search(str(error))
            if op is None:
                raise
            raise ProgramError("replay_twice", lang=self.lang, op=op[1]) from error

    def answered(
        self, node: str, leaf: Place, root: Place, x: Tensor, function: Function
    ) -> Curvature:
        """Hessian of a scalar root, Jacobian of another; both modes along ones."""
        y = function(x.clone().requires_grad_())  # a gradient inside the program needs a graph
        is_scalar = y.numel() == 1
        matrix = hessian(function, x) if is_scalar else jacobian(function, x)
        notes = []
        eigenvalues = None
        if is_scalar and matrix.isfinite().all():
            asymmetry = float((matrix - matrix.T).abs().max())
            if asymmetry > 1e-6 * (1 + float(matrix.abs().max())):
                notes.append(say("curve.asymmetric", self.lang))
            else:
                eigenvalues = nested(torch.linalg.eigvalsh((matrix + matrix.T) / 2).tolist())
        (gradient,) = _grad(function(y_of := x.clone().requires_grad_()).sum(), y_of)
        ones = torch.ones_like(x)
        tangent = jvp(function, x, ones)
        if tangent is None:
            notes.append(say("curve.no_forward", self.lang))
        top, bottom = self.symbols.of(root), self.symbols.of(leaf)
        latex = (
            rf"\frac{{\partial^2 {top}}}{{\partial {bottom}^2}}"
            if is_scalar
            else rf"\frac{{\partial {top}}}{{\partial {bottom}}}"
        )
        return Curvature(
            kind="hessian" if is_scalar else "jacobian",
            leaf=node,
            root=self.replay.assembly.ids[root[0]],
            rows=matrix.shape[0],
            columns=matrix.shape[1],
            matrix=nested(matrix.tolist()),
            eigenvalues=eigenvalues,
            gradient=Reader().value(gradient),
            jvp=None if tangent is None else nested(tangent.flatten().tolist()),
            vjp=nested(gradient.flatten().tolist()),
            forward_passes=x.numel(),
            reverse_passes=y.numel(),
            latex=latex,
            notes=notes,
        )


def _grad(y: Tensor, x: Tensor, create_graph: bool = False) -> tuple[Tensor]:
    if not y.requires_grad:
        return (torch.zeros_like(x),)
    (found,) = torch.autograd.grad(y, x, create_graph=create_graph, allow_unused=True)
    return (torch.zeros_like(x) if found is None else found,)


def jacobian(function: Function, x: Tensor) -> Tensor:
    """One reverse pass per output element."""
    x = x.clone().requires_grad_()
    y = function(x).flatten()
    rows = []
    for one in y:
        found = torch.autograd.grad(one, x, retain_graph=True, allow_unused=True)[0]
        rows.append(torch.zeros_like(x) if found is None else found)
    return torch.stack(rows).detach()


def hessian(function: Function, x: Tensor) -> Tensor:
    """One reverse pass over the gradient per leaf element."""
    x = x.clone().requires_grad_()
    (gradient,) = _grad(function(x).sum(), x, create_graph=True)
    rows = []
    for one in gradient:
        found = None
        if one.requires_grad:
            found = torch.autograd.grad(one, x, retain_graph=True, allow_unused=True)[0]
        rows.append(torch.zeros_like(x) if found is None else found)
    return torch.stack(rows).detach()


def jvp(function: Function, x: Tensor, direction: Tensor) -> Tensor | None:
    """Forward mode along one direction, in one pass; None where an op has no forward formula."""
    try:
        with forward_ad.dual_level():
            y = function(forward_ad.make_dual(x, direction))
            tangent = forward_ad.unpack_dual(y).tangent
            return torch.zeros_like(y) if tangent is None else tangent.detach().clone()
    except (RuntimeError, NotImplementedError):
        return None
