"""A finished run in; why its gradients are None, zero, not finite, vanishing or piled up, out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.flows import StepDraft, as_tensor
from app.explain.depth import profile, trend
from app.explain.health import dead_units
from app.explain.lost import Hop, Ways, cause_of
from app.explain.replay import Place, Replay
from app.explanations import Reason, Reasons
from app.graph import FILLS
from app.numbers import text_of
from app.words import say

#: ops that cut a gradient off by design, by what is wrong
SWITCHES = {"relu": "dead_relu", "relu6": "dead_relu", "threshold": "dead_relu"}
SATURATED = frozenset({"sigmoid", "tanh", "softmax", "hardtanh", "hardsigmoid", "log_softmax"})
MASKS = frozenset({"where", "clamp", "clip", "clamp_min", "clamp_max", "max", "amax", "maximum", "minimum", "min", "amin", "masked_fill", "dropout"})  # fmt: skip
#: ops whose slope is zero wherever they have one
FLAT = frozenset({"floor", "ceil", "round", "trunc", "sign", "sgn", "floor_divide", "heaviside"})
PRODUCTS = frozenset({"mul", "matmul", "mm", "bmm", "mv", "dot", "linear", "outer"})
#: what to do where an op first makes NaN or infinity
BIRTHS = {"sqrt": "root", "rsqrt": "root", "norm": "root", "vector_norm": "root", "std": "root", "log": "log", "log2": "log", "log10": "log", "div": "division", "rdiv": "division", "reciprocal": "division", "pow": "power", "exp": "overflow", "where": "where"}  # fmt: skip
#: leaves named in one sentence
NAMED = 4
SEVERITY = {"error": 0, "warning": 1, "note": 2}


class Doctor:
    """Looks at every leaf and every op of one run."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self.replay = replay
        self.lang = lang
        self.drafts = replay.drafts
        self.ids = replay.assembly.ids
        self.edge_ids = replay.assembly.edge_ids
        self.uses = replay.assembly.flows.uses
        self.ways = Ways(self.drafts, self.ids)

    def reasons(self) -> Reasons:
        """All of them, gravest first."""
        along = profile(self.replay)
        found = [*self.missing(), *self.zeros(), *self.not_finite(), *self.piled_up()]
        slope = trend(along)
        if slope is not None:
            code, nodes, words = slope
            found.append(self.reason(code, "warning", nodes, [], **words))
        found.sort(key=lambda reason: SEVERITY[reason.severity])
        return Reasons(reasons=found, profile=along)

    def reason(
        self, code: str, severity: Any, nodes: list[str], edges: list[str],
        span: Any = None, **words: Any,
    ) -> Reason:  # fmt: skip
        """One reason in the reader's language; an op without a name is not named twice."""
        message = say(f"why.{code}", self.lang, **words)
        is_unnamed = "op" in words and words["op"] == words.get("name")
        return Reason(
            code=code,
            severity=severity,
            message=message.removeprefix(f"{words['op']}: ") if is_unnamed else message,
            hint=say(f"why.{code}.hint", self.lang, **words),
            nodes=nodes,
            edges=edges,
            span=span,
        )

    def name(self, place: Place) -> str:
        """What to call a tensor in a sentence."""
        draft = self.drafts[place[0]]
        return draft.name or draft.op or self.ids.get(place[0], "?")

    # None

    def missing(self) -> Iterator[Reason]:
        """Leaves that ask for a gradient and have none, together where one line lost them all."""
        if not self.replay.passes:
            return
        groups: dict[tuple[str, int], list[tuple[Place, list[Hop]]]] = {}
        for place in self.without_gradient():
            way = list(self.ways.way(place)) if self.uses.get(place) else []
            last = self.drafts[way[-1].draft] if way else None
            code = (cause_of(last) if last else None) or self.unreached(place)
            line = last.span.line if last and last.span else 0
            groups.setdefault((code, line), []).append((place, way))
        for (code, line), lost in groups.items():
            yield self.cut_off(code, line, lost)

    def without_gradient(self) -> Iterator[Place]:
        """The leaves that ask for a gradient and have none."""
        for draft in self.drafts:
            if draft.index not in self.ids or draft.kind == "op" or not (draft.name or draft.span):
                continue
            for k, output in enumerate(draft.outputs):
                place = (draft.index, k)
                wants = output.tensor.requires_grad and output.grad_fn is None
                if wants and place not in self.replay.assembly.flows.gradients:
                    yield place

    def unreached(self, place: Place) -> str:
        """What is wrong with a leaf no op lost."""
        return "not_in_root" if self.uses.get(place) else "unused"

    def cut_off(self, code: str, line: int, lost: list[tuple[Place, list[Hop]]]) -> Reason:
        """Why nothing came back to these leaves, with the ways on which it was lost."""
        nodes: dict[str, None] = {}
        edges: dict[str, None] = {}
        for place, way in lost:
            nodes[self.ids[place[0]]] = None
            for hop in way:
                nodes[self.ids[hop.draft]] = None
                edges[self.edge_ids[(hop.draft, hop.position)]] = None
        last = self.drafts[lost[0][1][-1].draft] if lost[0][1] else None
        return self.reason(
            code, "warning", list(nodes), list(edges), last.span if last else None,
            name=listed([self.name(place) for place, _ in lost]), root=self.root_name(),
            op=last.op if last else "", line=line,
        )  # fmt: skip

    def root_name(self) -> str:
        """The name of what the last pass differentiated."""
        roots = self.replay.roots(self.replay.passes[-1])
        return self.name(roots[0][0]) if roots else "loss"

    # zero

    def zeros(self) -> Iterator[Reason]:
        """Ops of the last pass that let nothing through, and units that never fire."""
        if not self.replay.passes:
            return
        for step in self.replay.passes[-1].draft.steps:
            draft = self.drafts[step.draft]
            if draft.index not in self.ids or not step.inputs:
                continue
            if draft.op in SWITCHES:
                yield from self.dead(draft)
            reason = self.stopped(draft, step)
            if reason is not None:
                yield reason

    def dead(self, draft: Draft) -> Iterator[Reason]:
        """Units of a ReLU that are zero for every example."""
        y = self.replay.value((draft.index, 0))
        off = y == 0
        share = float(off.double().mean()) if y.numel() else 0.0
        units = dead_units(y)
        count = int(units.sum())
        if count and (y.dim() > 1 or share == 1):
            yield self.reason(
                "dead_relu", "warning", [self.ids[draft.index]], [], draft.span,
                name=self.name((draft.index, 0)), count=count, total=units.numel(),
                share=f"{100 * share:.0f}",
            )  # fmt: skip

    def stopped(self, draft: Draft, step: StepDraft) -> Reason | None:
        """An op that held a gradient and sent only zeros, or next to nothing."""
        held = [g for g in self.replay.passes[-1].held[draft.index] if g is not None]
        if not held or not any(bool((g != 0).any()) for g in held):
            return None
        if not any(c is not None and as_tensor(c).numel() for c in step.contributions):
            return None  # nothing to send to: an empty tensor
        before = max(float(g.detach().norm()) for g in held)
        sent = [as_tensor(c) for c in step.contributions if c is not None]
        after = max((float(c.detach().norm()) for c in sent), default=0.0)
        words = {"name": self.name((draft.index, 0)), "op": draft.op}
        node = [self.ids[draft.index]]
        edges = [
            self.edge_ids[(draft.index, p)]
            for p in step.inputs
            if (draft.index, p) in self.edge_ids
        ]
        if draft.op in SATURATED and after < 1e-3 * before:
            ratio = text_of(after / before) if before else "0"
            return self.reason(
                "saturated", "warning", node, edges, draft.span, ratio=ratio, **words
            )
        if after:
            return None
        if draft.op in SWITCHES:
            return None  # said as dead units
        factor = self.zero_factor(draft, step)
        code = "masked" if draft.op in MASKS else "flat" if draft.op in FLAT else "sends_zero"
        code = code if factor is None else "zero_factor"
        gravity = "note" if self.is_fed(draft, step) else "warning"
        words["factor"] = factor or ""
        return self.reason(code, gravity, node, edges, draft.span, **words)

    def is_fed(self, draft: Draft, step: StepDraft) -> bool:
        """Whether all that an op sent nothing to has a gradient from elsewhere."""
        gradients = self.replay.assembly.flows.gradients
        places = [(draft.inputs[p].source, draft.inputs[p].output) for p in step.inputs]
        found = [as_tensor(g) for place in places if (g := gradients.get(place)) is not None]
        return bool(found) and all(bool((g != 0).any()) for g in found)

    def zero_factor(self, draft: Draft, step: StepDraft) -> str | None:
        """What a product was sent through that is zero itself, as the first state of a recurrence."""
        if draft.op not in PRODUCTS:
            return None
        for position, edge in enumerate(draft.inputs):
            factor = self.replay.value((edge.source, edge.output))
            if step.inputs != [position] and factor.numel() and not bool(factor.any()):
                return self.drafts[edge.source].name or f"{self.drafts[edge.source].op}(…)"
        return None

    # NaN and infinity

    def not_finite(self) -> Iterator[Reason]:
        """Where NaN or infinity was born, forward and backward, and where it ended."""
        for draft in self.drafts:
            if draft.index in self.ids and draft.kind == "op" and self.is_birth(draft):
                yield self.born("nan_forward", draft)
                break
        for backward in self.replay.passes:
            for step in backward.draft.steps:
                held = [g for g in backward.held[step.draft] if g is not None]
                sent = [as_tensor(c) for c in step.contributions if c is not None]
                if step.draft not in self.ids or not sent:
                    continue
                if all(map(_finite, held)) and not all(map(_finite, sent)):
                    yield self.born("nan_backward", self.drafts[step.draft])
                    return

    def is_birth(self, draft: Draft) -> bool:
        """Whether an op made the first bad element out of good ones; an infinity the program wrote
        itself, as in a causal mask, is none."""
        outs = [self.replay.value((draft.index, k)) for k in range(len(draft.outputs))]
        if all(map(_finite, outs)) or any(output.is_unset for output in draft.outputs):
            return False
        if draft.op.rstrip("_") in FILLS and not any(bool(out.isnan().any()) for out in outs):
            return False
        return all(_finite(self.replay.value((e.source, e.output))) for e in draft.inputs)

    def born(self, code: str, draft: Draft) -> Reason:
        """The birth, with the remedy that fits the op."""
        kind = BIRTHS.get(draft.op, "other")
        line = draft.span.line if draft.span else 0
        path = self.infected(draft.index) if code == "nan_forward" else [self.ids[draft.index]]
        words = {"name": self.name((draft.index, 0)), "op": draft.op, "line": line}
        return Reason(
            code=code,
            severity="error",
            message=say(f"why.{code}", self.lang, **words),
            hint=say(f"why.birth.{kind}", self.lang, **words),
            nodes=path,
            span=draft.span,
        )

    def infected(self, birth: int) -> list[str]:
        """The birthplace and every later op its bad elements reached."""
        sick = {birth}
        for draft in self.drafts[birth + 1 :]:
            if any(edge.source in sick for edge in draft.inputs) and draft.outputs:
                if not all(
                    _finite(self.replay.value((draft.index, k))) for k in range(len(draft.outputs))
                ):
                    sick.add(draft.index)
        return [self.ids[index] for index in sorted(sick) if index in self.ids]

    # accumulation

    def piled_up(self) -> Iterator[Reason]:
        """Leaves whose .grad holds several passes because nothing reset it."""
        names, nodes, most = [], [], 0
        for draft in self.drafts:
            if draft.index not in self.ids or draft.kind == "op":
                continue
            for k in range(len(draft.outputs)):
                uses = self.uses.get((draft.index, k), [])
                added = [use for use in uses if use.accumulated and use.contributions]
                runs = len({id(use.run) for use in added})
                times = max([runs, *(len(use.contributions) for use in added)])
                if times > 1:
                    names.append(self.name((draft.index, k)))
                    nodes.append(self.ids[draft.index])
                    most = max(most, times)
        if names:
            yield self.reason("piled_up", "note", nodes, [], names=listed(names), count=most)


def listed(names: list[str]) -> str:
    """The first names, and how many there are where that is not all."""
    unique = list(dict.fromkeys(names))
    shown = ", ".join(unique[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} … ({len(names)})"


def _finite(tensor: Tensor) -> bool:
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    low, high = tensor.detach().aminmax()  # NaN spreads to both, and nothing is copied
    return math.isfinite(float(low)) and math.isfinite(float(high))
