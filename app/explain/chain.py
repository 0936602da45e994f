"""A tensor of a run in; its gradient as a chain of the program's own names, and as a sum over its
uses, out."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from app.autograd.flows import StepDraft, as_tensor
from app.explain.local import Alone
from app.explain.replay import Backward, Links, Place, Replay, Unreplayable
from app.explain.symbols import Symbols, partial, plain, tex
from app.explain.terms import digits_for
from app.explanations import Line

#: uses of a tensor written out in a sum
WRITTEN = 8
#: uses of a tensor followed to the next named one
FOLLOWED = 24
#: factors of a chain written out
HOPS = 24


class Chain:
    """Writes gradients over the steps of the last backward pass that reached them."""

    def __init__(self, replay: Replay, symbols: Symbols) -> None:
        self.replay = replay
        self.symbols = symbols

    def lines(self, place: Place) -> list[Line]:
        """∂L/∂w = (∂L/∂a)(∂a/∂z)(∂z/∂w) for scalars; the sum over its uses at fan-out."""
        backward = self.pass_of(place)
        if backward is None or self.replay.is_open(place):
            return []
        links = self.replay.links(backward)
        lines: list[Line] = []
        if self.is_scalar(place):
            lines += self.product(place, backward, links)
        if len(links.get(place, ())) > 1:
            lines += self.total(place, backward, links)
        return lines

    def pass_of(self, place: Place) -> Backward | None:
        """The last pass that sent anything to a tensor."""
        for backward in reversed(self.replay.passes):
            if place in self.replay.links(backward):
                return backward
        return None

    def is_scalar(self, place: Place) -> bool:
        """Whether a tensor is one real number."""
        tensor = self.replay.drafts[place[0]].outputs[place[1]].tensor
        return tensor.numel() == 1 and not tensor.is_complex()

    def product(self, place: Place, backward: Backward, links: Links) -> list[Line]:
        """The chain of named scalars from the tensor to the root, as far as it is one chain."""
        root = self.symbols.root(backward)
        roots = {tensor for tensor, _ in self.replay.roots(backward)}
        hops: list[tuple[str, str, float]] = []
        at = place
        while at in links:
            hop = self.hop(at, backward, links)
            if hop is None:
                break
            ahead, slope = hop
            is_root = ahead not in links
            if len(hops) == HOPS or (is_root and ahead not in roots):
                return []  # too long to be read, or on through nodes that are left out
            top = root if is_root else self.symbols.of(ahead)
            hops.append((top, self.symbols.of(at), slope))
            at = ahead
        if not hops:
            return []
        factors = [partial(top, bottom) for top, bottom, _ in reversed(hops)]
        numbers = [slope for _, _, slope in reversed(hops)]
        if at in links:  # a fan-out the chain stops at
            gradient = sum(self.sent(step, position) for step, position in links[at])
            factors.insert(0, partial(root, self.symbols.of(at)))
            numbers.insert(0, gradient)
        whole = partial(root, self.symbols.of(place))
        total = sum(self.sent(step, position) for step, position in links[place])
        bracketed = "".join(rf"\left({factor}\right)" for factor in factors)
        lines = [
            Line(role="chain", latex=f"{whole} = {bracketed if len(factors) > 1 else factors[0]}")
        ]
        if len(factors) == 1 and factors[0] == whole:
            lines = []
        written = r" \cdot ".join(plain(tex(number)) for number in numbers)
        return [*lines, Line(role="numbers", latex=f"{whole} = {written} = {tex(total)}")]

    def hop(self, place: Place, backward: Backward, links: Links) -> tuple[Place, float] | None:
        """The one named tensor (or root) that all of a scalar's influence passes next, and the
        derivative there: unnamed steps between are multiplied through. None at a fan-out."""
        slopes: dict[Place, float] = {place: 1.0}
        ends: dict[Place, float] = {}
        queue = [place]
        while queue:
            at = min(queue)
            queue.remove(at)
            if len(links.get(at, ())) > FOLLOWED:
                return None
            for step, position in links.get(at, ()):
                held = backward.held[step.draft]
                ahead = (step.draft, self.output_of(backward, step))
                if not self.is_scalar(ahead) or sum(g is not None for g in held) > 1:
                    return None
                slope = slopes[at] * self.slope(backward, step, position, ahead[1])
                is_end = ahead not in links or self.symbols.name(ahead) is not None
                bag = ends if is_end else slopes
                if is_end and ends and ahead not in ends:
                    return None
                if not is_end and ahead not in slopes:
                    queue.append(ahead)
                bag[ahead] = bag.get(ahead, 0.0) + slope
        return next(iter(ends.items())) if len(ends) == 1 else None

    def output_of(self, backward: Backward, step: StepDraft) -> int:
        """The output a step held a gradient of."""
        return next((k for k, g in enumerate(backward.held[step.draft]) if g is not None), 0)

    def slope(self, backward: Backward, step: StepDraft, position: int, output: int) -> float:
        """The local derivative of a scalar output by a scalar, as torch's engine used it."""
        held = backward.held[step.draft]
        upstream = held[output] if held else None
        g = float(upstream) if upstream is not None else 0.0
        try:
            row = Alone(self.replay, self.replay.drafts[step.draft]).jacobian_row(output, ())[
                position
            ]
            if row is not None:
                return float(row.sum())
        except (Unreplayable, RuntimeError, NotImplementedError, IndexError):
            pass
        return self.sent(step, position) / g if g else 0.0

    def sent(self, step: StepDraft, position: int) -> float:
        """What a step sent along an input, summed where it is no scalar."""
        kept = step.contributions[step.inputs.index(position)]
        return float(as_tensor(kept).sum())

    def total(self, place: Place, backward: Backward, links: Links) -> list[Line]:
        """Contributions of every use, added: symbols, and numbers for a scalar."""
        root, s = self.symbols.root(backward), self.symbols.of(place)
        whole = partial(root, s)
        parts: list[str] = []
        numbers: list[Any] = []
        for step, position in links[place][:WRITTEN]:
            y = self.symbols.of((step.draft, self.output_of(backward, step)))
            parts.append(rf"\left.{whole}\right|_{{{y}}}")
            kept: Tensor = as_tensor(step.contributions[step.inputs.index(position)])
            is_real = kept.numel() == 1 and not kept.is_complex()
            numbers.append(kept.item() if is_real else None)
        rest = len(links[place]) - WRITTEN
        if rest > 0:
            parts.append(rf"\underbrace{{\dots}}_{{{rest}}}")
        lines = [Line(role="sum", latex=f"{whole} = {' + '.join(parts)}")]
        if None not in numbers:
            total = sum(self.sent(step, position) for step, position in links[place])
            digits = digits_for([(x, 1.0) for x in numbers], total) if rest <= 0 else 4
            written = " + ".join(plain(tex(x, digits)) for x in numbers)
            written += r" + \dots" if rest > 0 else ""
            lines.append(Line(role="numbers", latex=f"{whole} = {written} = {tex(total)}"))
        return lines
