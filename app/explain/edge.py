"""One edge of a run in; its card out: upstream × local = contribution, in symbols and numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from app.autograd.drafts import Draft
from app.autograd.flows import StepDraft, as_tensor
from app.autograd.values import Reader
from app.errors import ProgramError
from app.explain.local import Alone, known_row
from app.explain.replay import Backward, Place, Replay, Unreplayable
from app.explain.symbols import Symbols, element, partial, tex
from app.explain.terms import Term, column_terms, summed
from app.explain.written import CDOT, formula_lines, scalar_numbers, words_of
from app.explanations import Card, Line
from app.numbers import MINUS
from app.ops.execute import evaluate
from app.ops.formula import latex, names_in
from app.ops.row import Row
from app.words import say

#: where torch documents its functions
DOCS = "https://docs.pytorch.org/docs/stable/generated/{}.html"

#: words the table writes at kinks, the longer first
KINKS = ("singular", "eigen", "basis", "either", "first", "last", "shared", "others", "formula", "divided", "clamped", "ties", "jump")  # fmt: skip


def row_notes(row: Row | None, draft: Draft, lang: str) -> list[str]:
    """What is worth saying beside the formulas."""
    if row is None:
        return [say("card.no_formula", lang, op=draft.op or "op")] if draft.kind == "op" else []
    return [say("card.kinks", lang, kinks=kinks_of(row, lang))] if row.kinks else []


def kinks_of(row: Row, lang: str) -> str:
    """What torch takes at an op's kinks; the words in it in the reader's language."""
    text = row.kinks
    for word in KINKS:
        text = text.replace(say(f"kink.{word}", "en"), say(f"kink.{word}", lang))
    return text.replace("-", MINUS)


class EdgeWriter:
    """Writes the card of one input of one draft."""

    def __init__(
        self,
        replay: Replay,
        symbols: Symbols,
        lang: str,
        draft: Draft,
        position: int,
        found: tuple[Backward, StepDraft] | None,
        index: list[int] | None,
    ) -> None:
        self.replay = replay
        self.symbols = symbols
        self.lang = lang
        self.draft = draft
        self.position = position
        edge = draft.inputs[position]
        self.source: Place = (edge.source, edge.output)
        self.found = found
        self.tensor = replay.value(self.source)
        self.index = self.fitted(index)
        self.target = (draft.index, self.output())

    def fitted(self, index: list[int] | None) -> list[int] | None:
        """The element asked for. Raises ProgramError where the tensor has none such."""
        if index is None:
            return None
        shape = self.tensor.shape
        if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape)):
            raise ProgramError("no_such_element", lang=self.lang)
        return index

    def output(self) -> int:
        """The output whose upstream gradient was sent on: the first that had one."""
        if self.found:
            for number, gradient in enumerate(self.found[0].held[self.draft.index]):
                if gradient is not None:
                    return number
        return 0

    def card(self) -> Card:
        """The whole card."""
        symbols = self.symbols
        title = f"{symbols.of(self.source)} \\to {symbols.of(self.target)}"
        alone = Alone(self.replay, self.draft)
        if self.found is None:
            return self.unused(alone, title)
        backward, step = self.found
        sent = as_tensor(step.contributions[step.inputs.index(self.position)])
        g = backward.held[self.draft.index]
        many = self.draft.op in ("chunk", "split", "tensor_split", "unbind")
        upstream = g[self.target[1]]
        given: Any = _filled(self.replay, self.draft, g) if many else upstream
        known = None if upstream is None else known_row(alone, self.position, given, sent)
        lines, notes = self.lines(alone, known, upstream, sent, backward)
        row = known[0] if known else None
        local = self.local(known)
        read = Reader()
        return Card(
            title=title,
            op=self.draft.op,
            category=row.category if row else None,
            doc=DOCS.format(row.doc) if row else None,
            known=row is not None,
            lines=lines,
            notes=[*notes, *self.piled(), *row_notes(row, self.draft, self.lang)],
            upstream=None if upstream is None else read.value(upstream),
            local=None if local is None else read.value(local),
            contribution=read.value(sent),
        )

    def piled(self) -> list[str]:
        """What is worth saying where earlier passes sent along this edge too."""
        is_one = len(self.draft.inputs[self.position].contributions) < 2
        return [] if is_one else [say("card.last_pass", self.lang)]

    def unused(self, alone: Alone, title: str) -> Card:
        """What the op computes, where nothing came back through it."""
        letters = alone.letters(None)
        row = alone.row if letters is not None else None
        lines: list[Line] = []
        if row is not None and letters is not None:
            lines = formula_lines(self.symbols, row, self.draft, letters, self.target)
        return Card(
            title=title,
            op=self.draft.op,
            category=row.category if row else None,
            doc=DOCS.format(row.doc) if row else None,
            known=row is not None,
            lines=lines,
            notes=[say("card.nothing_sent", self.lang)],
        )

    def local(self, known: tuple[Row, str, Any] | None) -> Tensor | None:
        """The local derivative of an elementwise op, in the output's shape."""
        if known is None or known[1] not in known[0].local:
            return None
        row, letter, letters = known
        found = torch.as_tensor(evaluate(row.local[letter], letters))
        y = letters["y"]
        return found.to(y.dtype).expand(y.shape) if isinstance(y, Tensor) else found

    def lines(
        self, alone: Alone, known: Any, upstream: Tensor | None, sent: Tensor, backward: Backward
    ) -> tuple[list[Line], list[str]]:
        """The mathematics, from symbols to numbers."""
        symbols = self.symbols
        root, s, y = symbols.root(backward), symbols.of(self.source), symbols.of(self.target)
        lines, notes = [], []
        if known is not None:
            row, _, letters = known
            lines += formula_lines(symbols, row, self.draft, letters, self.target)
        whole = partial(root, s)
        uses = [u for u in self.replay.assembly.flows.uses.get(self.source, ()) if u.contributions]
        if len(uses) > 1:
            whole = rf"\left.{whole}\right|_{{{y}}}"
            notes.append(say("card.one_of", self.lang, count=len(uses)))
        local = self.local(known)
        if local is not None:
            lines += self.elementwise(known, whole, root, s, y, local, upstream, sent)
        else:
            lines += self.mixed(known, whole, root, y, sent)
            lines += self.by_sum(alone, whole, upstream, sent, notes)
        if upstream is not None and local is not None and self.tensor.shape != upstream.shape:
            notes.append(self.unbroadcast(upstream))
        return lines, notes

    def elementwise(
        self, known: Any, whole: str, root: str, s: str, y: str,
        local: Tensor, upstream: Tensor | None, sent: Tensor,
    ) -> list[Line]:  # fmt: skip
        """upstream × local = contribution, element by element."""
        row, letter, letters = known
        words = words_of(self.symbols, row, self.draft, letters, y)
        is_scalar = sent.numel() == 1 and local.numel() == 1
        times = r"\cdot" if is_scalar else r"\odot"
        lines = []
        if root != y:
            chained = f"{whole} = {partial(root, y)} {times} {partial(y, s)}"
            lines.append(Line(role="chain", latex=chained))
        derivative = f"{partial(y, s)} = {latex(row.local[letter], words)}"
        numbers = scalar_numbers(letters, row.local[letter]) if is_scalar else None
        if numbers is not None:
            substituted = latex(row.local[letter], numbers, dot=CDOT)
            value = tex(local.item())
            seen = {value, latex(row.local[letter], words)}
            derivative += f" = {substituted}" if substituted not in seen else ""
            derivative += f" = {value}" if derivative.rpartition("= ")[2] != value else ""
        lines.append(Line(role="local", latex=derivative))
        if upstream is not None and (is_scalar or self.index is not None):
            lines.append(self.sum_line(whole, local, upstream, sent))
        return lines

    def sum_line(self, whole: str, local: Tensor, upstream: Tensor, sent: Tensor) -> Line:
        """The numbers of one element: one product, or as many as broadcasting made of it."""
        index = tuple(self.index or ())
        places = torch.arange(max(self.tensor.numel(), 1)).reshape(self.tensor.shape)
        spread = places.expand(upstream.shape)
        at = (spread == places[index]).flatten().nonzero().flatten().tolist()
        g, d = upstream.flatten(), local.expand(upstream.shape).flatten()
        terms = [Term(g[k].item(), d[k].item()) for k in at]
        total = sent[index].item()
        left = whole if not self.index else element(rf"\left({whole}\right)", self.index)
        return Line(role="numbers", latex=f"{left} = {summed(terms, total)} = {tex(total)}")

    def mixed(self, known: Any, whole: str, root: str, y: str, sent: Tensor) -> list[Line]:
        """The VJP with the shapes of what it multiplies."""
        if known is None:
            return []
        row, letter, letters = known
        above = "" if root == y else partial(root, y)
        words = words_of(self.symbols, row, self.draft, letters, y) | {"g": above}
        text = row.vjp.get(letter) or f"g * ({row.local[letter]})"
        lines = [Line(role="vjp", latex=f"{whole} = {latex(text, words)}")]
        used = names_in(text)
        lines += [
            Line(role="vjp", latex=f"{latex(name, words)} = {latex(part, words)}")
            for name, part in row.let.items()
            if name in used
            and name not in names_in(row.value)
            and not isinstance(letters.get(name), (int, float))
        ]
        shapes = [
            rf"{words.get(name, latex(name, words))}: {_shape(value)}"
            for name in sorted(used)
            if isinstance(value := letters.get(name), Tensor)
        ]
        if sent.dim() or shapes:
            shapes.append(rf"{whole}: {_shape(sent)}")
            lines.append(Line(role="shapes", latex=r",\quad ".join(shapes)))
        return lines

    def by_sum(
        self, alone: Alone, whole: str, upstream: Tensor | None, sent: Tensor, notes: list[str]
    ) -> list[Line]:
        """One element's contribution as Σ upstream · ∂y/∂element, from torch's own Jacobian."""
        if upstream is None or (self.index is None and sent.numel() != 1):
            return []
        if sent.is_complex() or upstream.is_complex():
            return []  # no sum of real products
        index = tuple(self.index or [0] * sent.dim())
        try:
            columns = alone.jacobian_column(self.position, index)
        except (Unreplayable, RuntimeError, NotImplementedError):
            notes.append(say("card.no_jacobian", self.lang))
            return []
        terms = column_terms(columns, {self.target[1]: upstream})
        expected = sent[index].item()
        apart = abs(sum(t.product for t in terms) - expected)
        if not terms or not apart <= 1e-3 * abs(expected) + 1e-6:
            return []
        left = whole if not self.index else element(rf"\left({whole}\right)", self.index)
        return [Line(role="numbers", latex=f"{left} = {summed(terms, expected)} = {tex(expected)}")]

    def unbroadcast(self, upstream: Tensor) -> str:
        """In words: the argument was stretched, so its gradient is summed back."""
        return say(
            "card.unbroadcast", self.lang,
            small=_plain(self.tensor), large=_plain(upstream),
        )  # fmt: skip


def _filled(replay: Replay, draft: Draft, g: list[Tensor | None]) -> list[Tensor]:
    return [
        torch.zeros_like(replay.value((draft.index, k))) if one is None else one
        for k, one in enumerate(g)
    ]


def _shape(tensor: Tensor) -> str:
    return r" \times ".join(str(n) for n in tensor.shape) or r"\text{scalar}"


def _plain(tensor: Tensor) -> str:
    return "×".join(str(n) for n in tensor.shape) or "1"
