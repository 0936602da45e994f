"""The last backward pass in; the whole derivation, line by line, in symbols and numbers, out."""

from __future__ import annotations

import re

from torch import Tensor

from app.autograd.flows import StepDraft, as_tensor
from app.explain.chain import Chain
from app.explain.closed import SECONDS, closed_forms
from app.explain.local import Alone, known_row
from app.explain.replay import Backward, Replay
from app.explain.symbols import Symbols, partial, plain, tex
from app.explain.written import CDOT, formula_lines, scalar_numbers, words_of
from app.explanations import Derivation, DerivedStep
from app.ops.execute import evaluate
from app.ops.formula import latex
from app.words import say

#: lines written; a longer pass is cut, and says so
LINES = 160


class Deriver:
    """Writes a pass out."""

    def __init__(self, replay: Replay, backward: Backward, symbols: Symbols, lang: str) -> None:
        self.replay = replay
        self.backward = backward
        self.symbols = symbols
        self.lang = lang
        self.root = self.symbols.root(backward)
        self.ids = replay.assembly.ids
        self.links = replay.links(backward)

    def derivation(self) -> Derivation:
        """Forward definitions, then one line per backward step, then closed forms."""
        steps = [step for step in self.backward.draft.steps if step.draft in self.ids]
        lines = [line for line in (*self.forward(steps), *self.seed()) if line.latex]
        told = [step for step in steps if self.is_told(step)]
        room = max(0, LINES - len(lines))
        left_out = max(0, len(lines) + len(told) - LINES)
        lines = [*lines[:LINES], *(self.line(step) for step in told[:room])]
        closed, missing = closed_forms(self.replay, self.backward, self.symbols)
        notes = [say("derive.cut", self.lang, shown=LINES, count=left_out)] if left_out else []
        if missing:
            words = {"count": missing, "total": missing + len(closed), "seconds": f"{SECONDS:g}"}
            notes.append(say("derive.no_form", self.lang, **words))
        whole = [*(_joined(line) for line in lines), *(form.latex for form in closed)]
        return Derivation(
            steps=lines,
            left_out=left_out,
            closed=closed,
            latex=_aligned(whole),
            markdown="\n\n".join(f"{n}. ${text}$" for n, text in enumerate(whole, 1)) + "\n",
            notes=notes,
        )

    def forward(self, steps: list[StepDraft]) -> list[DerivedStep]:
        """How each tensor on the way was computed."""
        lines: list[DerivedStep] = []
        for index in sorted({step.draft for step in steps}):
            draft = self.replay.drafts[index]
            if draft.kind != "op" or not draft.inputs or len(lines) > LINES:
                continue
            alone = Alone(self.replay, draft)
            letters = alone.letters(None)
            if letters is None or alone.row is None:
                continue
            written = formula_lines(self.symbols, alone.row, draft, letters, (index, 0))
            numbers = next((line.latex for line in written if line.role == "numbers"), "")
            value = numbers.partition("=")[2].strip()
            value = f"= {value}" if value else ""
            formula = r",\ ".join(line.latex for line in written if line.role == "formula")
            lines.append(DerivedStep(node=self.ids[index], edges=[], latex=formula, numbers=value))
        return lines

    def seed(self) -> list[DerivedStep]:
        """Where the pass starts."""
        lines: list[DerivedStep] = []
        for place, seed in self.replay.roots(self.backward):
            value = tex(seed.item()) if seed.numel() == 1 else r"\mathbf{1}"
            if seed.numel() != 1 and not bool((seed == 1).all()):
                value = r"\text{seed}"
            text = f"{partial(self.root, self.symbols.of(place))} = {value}"
            lines.append(DerivedStep(node=self.ids[place[0]], edges=[], latex=text, numbers=""))
        return lines

    def is_told(self, step: StepDraft) -> bool:
        """Whether there is a line to write: what it sends arrives, or several uses are added."""
        if not step.inputs:
            return len(self.links.get((step.draft, 0), ())) > 1
        edges = [self.replay.drafts[step.draft].inputs[position] for position in step.inputs]
        return any((edge.source, edge.output) in self.links for edge in edges)

    def line(self, step: StepDraft) -> DerivedStep:
        """One backward step: everything it sends."""
        if not step.inputs:
            return self.accumulated(step)
        written = [self.sent(step, position) for position in step.inputs]
        edges = [
            self.replay.assembly.edge_ids[(step.draft, position)]
            for position in step.inputs
            if (step.draft, position) in self.replay.assembly.edge_ids
        ]
        return DerivedStep(
            node=self.ids[step.draft],
            edges=edges,
            latex=r",\quad ".join(text for text, _ in written if text),
            numbers=r",\quad ".join(number for _, number in written if number),
        )

    def accumulated(self, step: StepDraft) -> DerivedStep:
        """A leaf: its contributions added, where there were several."""
        place = (step.draft, 0)
        uses = self.links.get(place, [])
        node = self.ids[step.draft]
        if len(uses) < 2:
            return DerivedStep(node=node, edges=[], latex="", numbers="")
        lines = Chain(self.replay, self.symbols).total(place, self.backward, self.links)
        number = "=" + lines[1].latex.partition("=")[2] if len(lines) > 1 else ""
        return DerivedStep(node=node, edges=[], latex=lines[0].latex, numbers=number)

    def sent(self, step: StepDraft, position: int) -> tuple[str, str]:
        """(symbols, numbers) of one contribution."""
        draft = self.replay.drafts[step.draft]
        edge = draft.inputs[position]
        source = (edge.source, edge.output)
        contribution = as_tensor(step.contributions[step.inputs.index(position)])
        if source not in self.links:
            return "", ""
        output = Chain(self.replay, self.symbols).output_of(self.backward, step)
        y, s = self.symbols.of((step.draft, output)), self.symbols.of(source)
        whole = partial(self.root, s)
        if len(self.links[source]) > 1:
            whole = rf"\left.{whole}\right|_{{{y}}}"
        held = self.backward.held[step.draft]
        upstream = held[output] if held else None
        known = None
        if upstream is not None:
            known = known_row(Alone(self.replay, draft), position, upstream, contribution)
        above = partial(self.root, y)
        if known is None:
            text = rf"{whole} = \operatorname{{VJP}}_{{\text{{{_safe(draft.op)}}}}}\left({above}\right)"
            return text, self.value(contribution)
        row, letter, letters = known
        words = words_of(self.symbols, row, draft, letters, y)
        above = "" if y == self.root else above
        if letter not in row.local:
            text = latex(row.vjp[letter], words | {"g": above}) or r"\mathbf{1}"
            return f"{whole} = {text}", self.value(contribution)
        factor = latex(row.local[letter], words)
        is_scalar = contribution.numel() == 1 and upstream is not None and upstream.numel() == 1
        written = f"{whole} = {self.product(above, factor, is_scalar)}"
        if not is_scalar or upstream is None:
            return written, self.value(contribution)
        numbers = scalar_numbers(letters, row.local[letter])
        slope = tex(_scalar(evaluate(row.local[letter], letters)))
        total = tex(contribution.item())
        if not above and upstream.item() == 1:
            return written, "" if factor == slope else f"= {total}"
        middle = plain(slope)
        if numbers:
            middle = _grouped(latex(row.local[letter], numbers, dot=CDOT))
        return written, f"= {plain(tex(upstream.item()))} \\cdot {middle} = {total}"

    def product(self, above: str, factor: str, is_scalar: bool) -> str:
        """upstream · local, without ones."""
        if not above:
            return factor
        sign = r"\cdot" if is_scalar else r"\odot"
        return above if factor == "1" else f"{above} {sign} {_grouped(factor)}"

    def value(self, tensor: Tensor) -> str:
        """A number, or a tensor's shape and norm."""
        if tensor.numel() == 1:
            return f"= {tex(tensor.item())}"
        shape = r" \times ".join(str(n) for n in tensor.shape)
        return rf"\in \mathbb{{R}}^{{{shape}}},\ \lVert\cdot\rVert = {tex(float(tensor.norm()))}"


def _scalar(found: object) -> float:
    return found.item() if isinstance(found, Tensor) else float(str(found))


def _grouped(factor: str) -> str:
    """A factor in parentheses where it is a sum."""
    bare = factor
    for _ in range(6):  # innermost groups first
        bare = re.sub(r"\{[^{}]*\}|\\left\((?:(?!\\left\(|\\right\)).)*\\right\)", "", bare)
    return (
        rf"\left({factor}\right)" if " + " in bare or " - " in bare or factor[:1] == "-" else factor
    )


def _safe(op: str) -> str:
    return op.replace("_", r"\_")


def _joined(line: DerivedStep) -> str:
    is_one = line.numbers.startswith("=") and "," not in line.numbers
    return f"{line.latex} {line.numbers}" if is_one else line.latex


def _aligned(lines: list[str]) -> str:
    body = " \\\\\n".join("  " + line.replace(" = ", " &= ", 1) for line in lines)
    return "\\begin{align}\n" + body + "\n\\end{align}\n"
