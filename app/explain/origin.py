"""One element of a value or gradient in; the neighbouring elements it came from, and the written
sum, out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.flows import as_tensor
from app.autograd.values import nested
from app.errors import ProgramError
from app.explain.chain import Chain
from app.explain.local import Alone
from app.explain.replay import Place, Replay
from app.explain.symbols import Symbols, element, partial, tex
from app.explain.terms import Term, column_terms, summed
from app.explanations import Lit, Origin, OriginOf
from app.ops.formula import latex
from app.words import say

#: elements lit in one tensor before the rest is only counted
LIT = 256
#: ops whose output is the sum of its inputs times numbers the op does not change
LINEAR = frozenset(
    {"matrix", "shape", "indexing", "convolution", "pooling", "arithmetic", "embedding"}
)

ADDING = frozenset({"sum", "mean", "nansum"})


class Origins:
    """Answers where elements come from."""

    def __init__(self, replay: Replay, symbols: Symbols, lang: str) -> None:
        self.replay = replay
        self.symbols = symbols
        self.lang = lang
        self.ids = {node: draft for draft, node in replay.assembly.ids.items()}

    def of(self, question: OriginOf) -> Origin:
        """Raises ProgramError for an element that is not there or came from no op."""
        index = self.ids.get(question.node)
        draft = self.replay.drafts[index] if index is not None else None
        if draft is None or not 0 <= question.output < len(draft.outputs):
            raise ProgramError("unknown_node", lang=self.lang)
        shape = draft.outputs[question.output].shape
        at = question.element
        if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape)):
            raise ProgramError("no_such_element", lang=self.lang)
        place = (draft.index, question.output)
        return self.value(draft, place, at) if question.of == "value" else self.gradient(place, at)

    def value(self, draft: Draft, place: Place, at: list[int]) -> Origin:
        """The row of the Jacobian at an output element, and the sum where the op is one."""
        if draft.kind != "op" or not draft.inputs:
            raise ProgramError("no_origin", lang=self.lang)
        self.refuse_complex(draft)
        alone = Alone(self.replay, draft)
        try:
            rows = alone.jacobian_row(place[1], tuple(at))
        except RuntimeError as error:
            if "is not implemented" not in str(error):
                raise
            raise ProgramError("no_origin", lang=self.lang) from error  # w.data = …
        lit = []
        for edge, row in zip(draft.inputs, rows):
            if row is not None:
                found = self.lit(edge.source, edge.output, "value", row)
                if found is not None:
                    lit.append(found)
        y = float(self.replay.value(place)[tuple(at)])
        left = element(self.symbols.of(place), at)
        terms, written = self.written(alone, rows, y, at)
        notes = []
        if written is None:
            notes.append(say("origin.slopes", self.lang))
            written = rf"\partial {left} = " + self.slopes(draft, rows)
        return Origin(
            lit=lit,
            latex=f"{left} = {written} = {tex(y)}" if not notes else written,
            terms=terms or sum(len(one.elements) + one.left_out for one in lit),
            is_numeric=bool(notes),
            notes=notes,
        )

    def written(
        self, alone: Alone, rows: list[Tensor | None], y: float, at: list[int]
    ) -> tuple[int, str | None]:
        """(terms, the element as a sum of products or as its formula); None where it is neither."""
        row = alone.row
        if row is not None and row.category == "softmax":
            return 0, self.softmax(alone, at)
        if row is not None and row.is_elementwise and row.category != "arithmetic":
            return 0, self.formula(alone, at)
        if row is None or (row.category not in LINEAR and row.op not in ADDING):
            return 0, None
        for chosen in _subsets(len(rows)):
            terms = [
                term for k in chosen for term in _products(alone.operands[k].detach(), rows[k])
            ]
            if terms and abs(sum(t.product for t in terms) - y) <= 1e-4 * abs(y) + 1e-5:
                return len(terms), summed(terms, y)
        return 0, None

    def formula(self, alone: Alone, at: list[int]) -> str | None:
        """An elementwise op's formula with this element's numbers."""
        letters = alone.letters(None)
        if letters is None or alone.row is None:
            return None
        y = letters["y"]
        numbers = {}
        for name, value in letters.items():
            if isinstance(value, Tensor) and isinstance(y, Tensor):
                try:
                    numbers[name] = tex(value.expand(y.shape)[tuple(at)].item())
                except RuntimeError:
                    return None
            elif isinstance(value, (int, float)):
                numbers[name] = tex(value)
        return latex(alone.row.value, numbers, dot=r"\cdot ")

    def softmax(self, alone: Alone, at: list[int]) -> str | None:
        """eˣ over the sum of the others' eˣ, with numbers."""
        letters = alone.letters(None)
        if (
            letters is None
            or not isinstance(letters.get("dim"), int)
            or alone.draft.op != "softmax"
        ):
            return None
        line: list[Any] = list(at)
        line[letters["dim"]] = slice(None)
        powers = [f"e^{{{tex(x)}}}" for x in letters["x"][tuple(line)].tolist()]
        below = " + ".join(powers[:8]) + (r" + \dots" if len(powers) > 8 else "")
        return rf"\frac{{{powers[at[letters['dim']]]}}}{{{below}}}"

    def slopes(self, draft: Draft, rows: list[Tensor | None]) -> str:
        """∂y/∂x of the strongest elements, as torch computed them."""
        found = []
        for edge, row in zip(draft.inputs, rows):
            if row is None:
                continue
            symbol = self.symbols.of((edge.source, edge.output))
            flat = row.flatten()
            for k in flat.abs().argsort(descending=True)[:3].tolist():
                if flat[k] != 0:
                    name = element(symbol, _unraveled(k, row.shape))
                    found.append(rf"{tex(flat[k].item())}\,\partial {name}")
        return r" + ".join(found).replace("+ -", "- ") or "0"

    def gradient(self, place: Place, at: list[int]) -> Origin:
        """Σ over uses of upstream · column of the Jacobian at this element."""
        chain = Chain(self.replay, self.symbols)
        backward = chain.pass_of(place)
        if backward is None and self.is_root(place):
            return Origin(
                lit=[], latex="", terms=0, is_numeric=False, notes=[say("origin.seed", self.lang)]
            )
        if backward is None:
            raise ProgramError("no_origin", lang=self.lang)
        if self.replay.is_abridged(place):
            raise ProgramError("run_abridged", lang=self.lang)
        lit: list[Lit] = []
        terms: list[Term] = []
        total = 0.0
        for step, position in self.replay.links(backward)[place]:
            self.refuse_complex(self.replay.drafts[step.draft])
            total += float(as_tensor(step.contributions[step.inputs.index(position)])[tuple(at)])
            columns = Alone(self.replay, self.replay.drafts[step.draft]).jacobian_column(
                position, tuple(at)
            )
            for output, upstream in enumerate(backward.held[step.draft]):
                if upstream is None or output >= len(columns):
                    continue
                terms += column_terms(columns, {output: upstream})
                column = columns[output]
                found = None if column is None else self.lit(step.draft, output, "gradient", column)
                lit += [found] if found else []
        if not abs(sum(t.product for t in terms) - total) <= 1e-3 * abs(total) + 1e-6:
            raise ProgramError("origin_differs", lang=self.lang)
        whole = rf"\left({partial(self.symbols.root(backward), self.symbols.of(place))}\right)"
        return Origin(
            lit=lit,
            latex=f"{element(whole, at)} = {summed(terms, total)} = {tex(total)}",
            terms=len(terms),
            is_numeric=False,
            notes=[say("card.last_pass", self.lang)] if self.replay.is_piled(place) else [],
        )

    def refuse_complex(self, draft: Draft) -> None:
        """Raises ProgramError for an op on complex numbers: no real product stands for those."""
        places = [(draft.index, k) for k in range(len(draft.outputs))]
        places += [(edge.source, edge.output) for edge in draft.inputs]
        if any(self.replay.is_complex(place) for place in places):
            raise ProgramError("complex_leaf", lang=self.lang)

    def is_root(self, place: Place) -> bool:
        """Whether a pass started here."""
        return any(place == root for b in self.replay.passes for root, _ in self.replay.roots(b))

    def lit(self, draft: int, output: int, of: Any, weights: Tensor) -> Lit | None:
        """The elements of a tensor with a weight that is not zero."""
        node = self.replay.assembly.ids.get(draft)
        flat = weights.detach().flatten()
        at = (flat != 0).nonzero().flatten()
        if node is None or not at.numel():
            return None
        shown = at[:LIT].tolist()
        return Lit(
            node=node,
            output=output,
            of=of,
            elements=[_unraveled(k, weights.shape) for k in shown],
            weights=nested([flat[k].item() for k in shown]),
            left_out=at.numel() - len(shown),
        )


def _subsets(count: int) -> list[tuple[int, ...]]:
    """Which arguments' products may make the output: all of them, one of them, one and the last."""
    every = tuple(range(count))
    return [every, *((k,) for k in every), *((k, count - 1) for k in every[:-1])]


def _products(x: Tensor, row: Tensor | None) -> list[Term]:
    if row is None:
        return []
    flat, weights = x.flatten(), row.flatten()
    at = weights.nonzero().flatten().tolist()
    return [Term(weights[k].item(), flat[k].item()) for k in at]


def _unraveled(position: int, shape: torch.Size) -> list[int]:
    index: list[int] = []
    for size in reversed(shape):
        index.append(position % size)
        position //= size
    return index[::-1]
