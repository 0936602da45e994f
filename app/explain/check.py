"""A finished run in; each leaf's gradient compared with central finite differences, out.

Central differences have error O(h²) from the formula and O(ε/h) from rounding, so h ≈ ε^(1/3) in
float64 (Press et al., Numerical Recipes, 5.7): the root is computed in float64 whatever the
program's own type."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from app.autograd.flows import added, as_tensor
from app.autograd.values import number
from app.explain.honest import STEP, culprit, excuse, unlearned
from app.explain.replay import Backward, Place, Replay, Unreplayable, is_out_of_memory
from app.explanations import Checks, LeafCheck
from app.settings import settings
from app.words import say

#: factors of the step tried where a slope does not agree
SHRINK = (1.0, 0.1, 0.01, 0.002)
#: elements checked one by one; above, random directions
ELEMENTS = 64
DIRECTIONS = 4
#: seconds all checks together may take
SECONDS = 4.0
#: largest difference called agreement, relative to the largest gradient, by the program's type
TOLERANCE = {torch.float64: 1e-5, torch.float32: 2e-3, torch.float16: 2e-2, torch.bfloat16: 8e-2}


def leaves_of(replay: Replay, backward: Backward) -> list[Place]:
    """The leaves a pass reached, in creation order."""
    found: set[Place] = set()
    for step in backward.draft.steps:
        for position in step.inputs:
            edge = replay.drafts[step.draft].inputs[position]
            output = replay.drafts[edge.source].outputs[edge.output]
            if output.grad_fn is None and output.tensor.requires_grad:
                found.add((edge.source, edge.output))
    return sorted(found)


def gradient_in(replay: Replay, backward: Backward, leaf: Place) -> Tensor | None:
    """What one pass alone sent to a leaf: the sum of its contributions."""
    total: Any = None
    for step, position in replay.links(backward).get(leaf, ()):
        total = added(total, step.contributions[step.inputs.index(position)])
    return None if total is None else as_tensor(total)


class Checker:
    """Checks the leaves of one backward pass against finite differences."""

    def __init__(self, replay: Replay, backward: Backward, lang: str) -> None:
        self.replay = replay
        self.backward = backward
        self.lang = lang
        self.deadline = time.monotonic() + SECONDS
        self.tolerances: dict[Place, float] = {}

    def all(self) -> Checks:
        """Every leaf's check, within the time there is."""
        leaves = leaves_of(self.replay, self.backward)
        checks = [self.check(leaf) for leaf in leaves]
        return Checks(leaves=[check for check in checks if check is not None])

    def check(self, leaf: Place) -> LeafCheck | None:
        """One leaf."""
        gradient = gradient_in(self.replay, self.backward, leaf)
        node = self.replay.assembly.ids.get(leaf[0])
        if gradient is None or node is None:
            return None
        if not self.deadline or time.monotonic() > self.deadline:
            code = "check.time" if self.deadline else "check.too_large"
            return LeafCheck(node=node, verdict="unchecked", note=say(code, self.lang))
        if self.replay.is_complex(leaf) or self.replay.is_open(leaf):
            code = "check.complex" if self.replay.is_complex(leaf) else "check.open"
            return LeafCheck(node=node, verdict="unchecked", note=say(code, self.lang))
        try:
            return self.compared(node, leaf, gradient.double())
        except Unreplayable as reason:
            culprit = self.replay.assembly.ids.get(reason.draft)
            note = say(f"check.{reason.code}", self.lang, op=self.replay.drafts[reason.draft].op)
            return LeafCheck(node=node, verdict="unchecked", culprit=culprit, note=note)
        except (RuntimeError, TypeError, ValueError, IndexError, MemoryError) as error:
            if is_out_of_memory(error):
                self.deadline = 0.0  # what comes after is not smaller: the whole is computed again
                note = say("check.memory", self.lang, limit=settings().memory_mib)
                return LeafCheck(node=node, verdict="unchecked", note=note)
            note = say("check.failed", self.lang, kind=type(error).__name__)
            return LeafCheck(node=node, verdict="unchecked", note=note)

    def function(self, leaf: Place) -> Callable[[Tensor], float]:
        """The pass's root as a function of one leaf, in float64."""
        roots = [place for place, _ in self.replay.roots(self.backward)]
        needed = self.replay.between([leaf], roots)

        def root(x: Tensor) -> float:
            known = self.replay.compute(needed, {leaf: x}, torch.float64)
            return float(self.replay.weighted_root(self.backward, known).detach())

        return root

    def compared(self, node: str, leaf: Place, gradient: Tensor) -> LeafCheck:
        """Element by element, or along random directions where there are many."""
        x = self.replay.value(leaf).double().clone()
        root = self.function(leaf)
        with torch.enable_grad():  # a gradient inside the program needs a graph to run on
            needed = self.needed(leaf)
            grad = {d for d in needed if self.replay.drafts[d].op == "grad"}
            if grad or not self.replay.regrown.keys().isdisjoint(needed):
                x.requires_grad_()
            here = root(x)
            recorded = self.replay.weighted_root(self.backward, {})
            if not _near(here, float(recorded)):
                raise Unreplayable("differs", leaf[0])
            if x.numel() <= ELEMENTS:
                return self.by_element(node, leaf, x, gradient, root, here)
            return self.by_direction(node, leaf, x, gradient, root, here)

    def needed(self, leaf: Place) -> list[int]:
        """The drafts between a leaf and the roots."""
        return self.replay.between([leaf], [p for p, _ in self.replay.roots(self.backward)])

    def by_element(
        self, node: str, leaf: Place, x: Tensor, gradient: Tensor,
        root: Callable[[Tensor], float], here: float,
    ) -> LeafCheck:  # fmt: skip
        """Every element, each also from one side: where the sides disagree there is a kink."""
        flat, wanted = x.detach().flatten(), gradient.flatten()
        largest, kinks, steps, done = 0.0, [], [], 0
        scale = _scale(wanted)
        left_out = unlearned(self.replay, leaf)
        for position in range(flat.numel()):
            if position in left_out:
                continue
            if time.monotonic() > self.deadline:
                break
            h = STEP * max(1.0, abs(float(flat[position])))
            slope, jump = self.sides(flat, position, h, x, root, here)
            done += 1
            if not math.isfinite(slope) or not math.isfinite(float(wanted[position])):
                kinks.append(position)
                continue
            if jump > self.tolerance(leaf) * max(scale, abs(slope)) + 1e-4:
                finer = self.sides(flat, position, h / 8, x, root, here)[1]
                if finer > jump / 2:  # a bend shrinks with the step, a kink does not
                    kinks.append(position)
                    continue
                h /= 64  # a kink near by is not crossed with a smaller step
                slope = self.sides(flat, position, h, x, root, here)[0]
            largest = max(largest, abs(slope - float(wanted[position])))
            scale = max(scale, abs(slope))
            steps.append(h)
        return self.verdict(node, leaf, largest, scale, steps, kinks, done, x)

    def note(self, leaf: Place, done: int, total: int) -> str:
        """What of a leaf was not checked, and why."""
        left_out = len(unlearned(self.replay, leaf))
        if done + left_out < total:
            return say("check.some", self.lang, count=done, total=total)
        return say("check.padding", self.lang) if left_out else ""

    def sides(
        self, flat: Tensor, position: int, h: float, x: Tensor,
        root: Callable[[Tensor], float], here: float,
    ) -> tuple[float, float]:  # fmt: skip
        """(central slope, difference of the one-sided slopes) along one element."""
        moved = []
        for sign in (1, -1):
            other = flat.clone()
            other[position] += sign * h
            moved.append(root(other.reshape(x.shape).requires_grad_(x.requires_grad)))
        up, down = moved
        jump = abs((up - here) - (here - down)) / h
        return (up - down) / (2 * h), jump if math.isfinite(jump) else math.inf

    def verdict(
        self, node: str, leaf: Place, largest: float, scale: float, steps: list[float],
        kinks: list[int], done: int, x: Tensor,
    ) -> LeafCheck:  # fmt: skip
        """What the differences say."""
        agrees = largest <= self.tolerance(leaf) * scale + 1e-7
        places = [_unraveled(k, x.shape) for k in kinks]
        needed = self.needed(leaf)
        found = None if agrees else culprit(self.replay, self.backward, needed)
        reason = None if agrees else excuse(self.replay, leaf, needed, found)
        kind: Any = "agrees" if agrees else "unchecked" if reason else "disagrees"
        if kinks and (agrees or not steps):
            kind = "kink"
        return LeafCheck(
            node=node,
            verdict=kind,
            error=number(largest) if steps else None,
            relative=number(largest / scale) if steps and scale else None,
            step=max(steps) if steps else None,
            elements=done,
            kinks=places,
            culprit=None if reason else found,
            note=say(f"check.{reason}", self.lang) if reason else self.note(leaf, done, x.numel()),
        )

    def by_direction(
        self, node: str, leaf: Place, x: Tensor, gradient: Tensor,
        root: Callable[[Tensor], float], here: float,
    ) -> LeafCheck:  # fmt: skip
        """A large leaf: the slope along random directions of ±1. Where many ReLUs switch within the
        step the slope comes nearer as the step shrinks; a wrong gradient stays wrong."""
        generator = torch.Generator().manual_seed(0)
        largest = scale = 0.0
        done, kinks = 0, 0
        left_out = unlearned(self.replay, leaf)
        least = h = STEP * max(1.0, float(x.detach().abs().mean()))
        for _ in range(DIRECTIONS):
            if time.monotonic() > self.deadline:
                break
            signs = torch.randint(0, 2, x.shape, generator=generator).double() * 2 - 1
            signs.view(-1)[list(left_out)] = 0
            wanted = float((gradient * signs).sum())
            for shrink in SHRINK:
                ends = [
                    root((x.detach() + s * h * shrink * signs).requires_grad_(x.requires_grad))
                    for s in (1, -1)
                ]
                slope = (ends[0] - ends[1]) / (2 * h * shrink)
                scale = max(scale, abs(slope), float(gradient.norm()))
                if abs(slope - wanted) <= self.tolerance(leaf) * scale + 1e-6:
                    break
            least = min(least, h * shrink)
            done += 1
            jump = abs(ends[0] + ends[1] - 2 * here) / (h * shrink)
            if abs(slope - wanted) > self.tolerance(leaf) * scale + 1e-6 and jump > abs(
                slope - wanted
            ):
                kinks += 1
                continue
            largest = max(largest, abs(slope - wanted))
        agrees = largest <= self.tolerance(leaf) * scale + 1e-6
        kind: Any = "kink" if kinks else "agrees" if agrees else "disagrees"
        if not done:
            kind = "unchecked"
        return LeafCheck(
            node=node,
            verdict=kind,
            error=number(largest) if done else None,
            relative=number(largest / scale) if done and scale else None,
            step=least,
            directions=done,
            note=say("check.padding", self.lang) if left_out else "",
            culprit=None if agrees else culprit(self.replay, self.backward, self.needed(leaf)),
        )

    def tolerance(self, leaf: Place) -> float:
        """By the coarsest type between the leaf and the root."""
        if leaf not in self.tolerances:
            drafts = [self.replay.drafts[index] for index in {leaf[0], *self.needed(leaf)}]
            kinds = {output.tensor.dtype for draft in drafts for output in draft.outputs}
            known = [TOLERANCE.get(k, 8e-2) for k in kinds if k.is_floating_point]
            self.tolerances[leaf] = max(known, default=2e-3)
        return self.tolerances[leaf]


def _near(a: float, b: float) -> bool:
    if not (math.isfinite(a) and math.isfinite(b)):
        return True
    return abs(a - b) <= 1e-3 * max(abs(a), abs(b)) + 1e-4


def _scale(wanted: Tensor) -> float:
    finite = wanted[wanted.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _unraveled(position: int, shape: Any) -> list[int]:
    index: list[int] = []
    for size in reversed(shape):
        index.append(position % size)
        position //= size
    return index[::-1]
