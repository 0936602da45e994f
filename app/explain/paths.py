"""A leaf of the last backward pass in; every path to the root with its share of the gradient, out."""

from __future__ import annotations

import heapq
import itertools
import time

import torch
from torch import Tensor

from app.autograd.flows import StepDraft
from app.autograd.values import number
from app.errors import ProgramError
from app.explain.chain import Chain
from app.explain.check import gradient_in
from app.explain.local import Alone
from app.explain.replay import Backward, Place, Replay
from app.explain.symbols import Symbols, plain, tex
from app.explanations import Path, Paths
from app.words import say

#: paths listed
SHOWN = 24
#: seconds spent looking for strong ones
SECONDS = 2.0

#: one edge of a pass: the tensor it leaves, the step that sends, the input, the tensor it enters
Link = tuple[Place, StepDraft, int, Place]


class Walk:
    """The part of a backward pass between one leaf and the roots."""

    def __init__(self, replay: Replay, backward: Backward, leaf: Place, lang: str) -> None:
        self.replay = replay
        self.backward = backward
        self.leaf = leaf
        self.lang = lang
        self.symbols = Symbols(replay)
        self.chain = Chain(replay, self.symbols)
        self.roots = dict(replay.roots(backward))
        self.links = self.linked()
        self.counts = self.counted()

    def linked(self) -> dict[Place, list[Link]]:
        """Links by the tensor they enter, from the root down."""
        found: dict[Place, list[Link]] = {}
        for source, uses in self.replay.links(self.backward).items():
            for step, position in uses:
                held = self.backward.held[step.draft]
                for output in [k for k, g in enumerate(held) if g is not None] or [0]:
                    target = (step.draft, output)
                    found.setdefault(target, []).append((source, step, position, target))
        return found

    def counted(self) -> dict[Place, int]:
        """How many paths lead from the leaf to each tensor: exact, by adding up in creation order."""
        counts = {self.leaf: 1}
        for target in sorted(self.links):
            total = sum(counts.get(link[0], 0) for link in self.links[target])
            if total:
                counts[target] = counts.get(target, 0) + total
        return counts

    def paths(self) -> Paths:
        """The strongest paths, and what they sum to."""
        count = sum(self.counts.get(root, 0) for root in self.roots if root != self.leaf)
        if not count:
            raise ProgramError("not_connected", lang=self.lang)
        if any(self.replay.is_complex(place) for place in (self.leaf, *self.links)):
            raise ProgramError("complex_leaf", lang=self.lang)
        gradient = gradient_in(self.replay, self.backward, self.leaf)
        found = self.strongest()
        shares = [share for _, share in found]
        shown = torch.stack(shares).sum(0) if shares else torch.zeros(())
        is_norm = shown.numel() != 1
        read = (lambda t: float(t.norm())) if is_norm else (lambda t: float(t.sum()))
        notes = []
        if len(found) < count:
            notes.append(say("paths.left_out", self.lang, count=f"{count - len(found):,}"))
        if is_norm:
            notes.append(say("paths.norms", self.lang))
        if self.replay.is_piled(self.leaf):
            notes.append(say("card.last_pass", self.lang))
        if len(found) == count and gradient is not None and not _alike(shown, gradient):
            notes.append(say("paths.differ", self.lang))
        ids = self.replay.assembly.ids
        return Paths(
            leaf=ids[self.leaf[0]],
            root=ids[next(iter(self.roots))[0]],
            count=str(count),
            paths=sorted(
                (self.path(links, read(share)) for links, share in found),
                key=lambda path: -abs(path.share) if isinstance(path.share, (int, float)) else 0,
            ),
            total=number(read(gradient)) if gradient is not None else 0,
            shown=number(read(shown)),
            is_norm=is_norm,
            is_complete=len(found) == count,
            notes=notes,
        )

    def strongest(self) -> list[tuple[tuple[Link, ...], Tensor]]:
        """Follow gradients down from the roots, the largest first, one path at a time."""
        order = itertools.count()
        queue: list[tuple[float, int, Place, Tensor, tuple[Link, ...]]] = []
        for root, seed in self.roots.items():
            if self.counts.get(root):
                heapq.heappush(queue, (-float(seed.norm()), next(order), root, seed, ()))
        found: list[tuple[tuple[Link, ...], Tensor]] = []
        deadline = time.monotonic() + SECONDS
        while queue and len(found) < SHOWN and time.monotonic() < deadline:
            _, _, place, share, links = heapq.heappop(queue)
            if place == self.leaf:
                found.append((links, share))
                continue
            for link, sent in self.sent(place, share):
                item = (-float(sent.norm()), next(order), link[0], sent, (link, *links))
                heapq.heappush(queue, item)
        return found

    def sent(self, place: Place, share: Tensor) -> list[tuple[Link, Tensor]]:
        """What a share alone sends along every link that leads to the leaf."""
        links = [link for link in self.links.get(place, ()) if self.counts.get(link[0])]
        if not links:
            return []
        alone = Alone(self.replay, self.replay.drafts[place[0]])
        y = alone.run()[place[1]]
        gradients = alone.gradients(y, share.to(y.dtype).reshape(y.shape))
        return [(link, gradient) for link in links if (gradient := gradients[link[2]]) is not None]

    def path(self, links: tuple[Link, ...], share: float) -> Path:
        """One path, leaf first, with the product of its local derivatives where all are scalars."""
        ids, edge_ids = self.replay.assembly.ids, self.replay.assembly.edge_ids
        nodes = [ids[self.leaf[0]]] + [ids[link[1].draft] for link in links]
        edges = [edge_ids[(link[1].draft, link[2])] for link in links]
        return Path(
            nodes=nodes,
            edges=edges,
            share=number(share),
            latex=self.route(links),
            product=self.product(links, share),
        )

    def route(self, links: tuple[Link, ...]) -> str:
        """The names along a path, its middle left out where it is long."""
        names = [self.symbols.of(self.leaf)] + [self.symbols.of(link[3]) for link in links]
        return r" \to ".join(names if len(names) < 9 else [*names[:4], r"\cdots", *names[-3:]])

    def product(self, links: tuple[Link, ...], share: float) -> str:
        """The local derivatives, root first, and what they multiply to; nothing of a single one."""
        places = [self.leaf, *(link[3] for link in links)]
        if not 1 < len(links) <= 8 or not all(self.chain.is_scalar(place) for place in places):
            return ""
        slopes = [
            plain(tex(self.chain.slope(self.backward, link[1], link[2], link[3][1])))
            for link in reversed(links)
        ]
        return r" \cdot ".join(slopes) + f" = {tex(share)}"


def _alike(shown: Tensor, gradient: Tensor) -> bool:
    """Whether shares add up to a gradient, as far as its type tells."""
    tolerance = 1e-3 if gradient.dtype in (torch.float32, torch.float64) else 5e-2
    apart = float((shown.double() - gradient.double().reshape(shown.shape)).norm())
    return not apart > tolerance * float(gradient.double().norm()) + 1e-6


def paths_to(replay: Replay, backward: Backward, node: str, lang: str) -> Paths:
    """All paths from the leaf `node`. Raises ProgramError where it is unknown or not connected."""
    places = {name: draft for draft, name in replay.assembly.ids.items()}
    if node not in places:
        raise ProgramError("unknown_node", lang=lang)
    return Walk(replay, backward, (places[node], 0), lang).paths()
