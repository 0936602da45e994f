"""A Scene whose run was asked for its derivation in; that derivation as a LaTeX document, out."""

from __future__ import annotations

from app.errors import LimitError
from app.explanations import Derivation, DerivedStep
from app.export.formats import Report
from app.export.scene import Scene
from app.export.tex_math import readable
from app.export.tex_text import ENGINE, EURO, escaped
from app.words import say

HEAD = (
    rf"""\documentclass[11pt]{{article}}
{ENGINE}
\usepackage[a4paper,margin=22mm]{{geometry}}
\usepackage{{graphicx,xcolor}}
{EURO}
"""
    + r"""\setlength{\parindent}{0pt}
\definecolor{gr-soft}{HTML}{5D6470}
% a formula on a line of its own, made smaller where it is wider than the line
\newsavebox{\gradreelbox}
\newcommand{\formula}[1]{\sbox{\gradreelbox}{$\displaystyle #1$}%
  \ifdim\wd\gradreelbox>\linewidth\resizebox{\linewidth}{!}{\usebox{\gradreelbox}}%
  \else\usebox{\gradreelbox}\fi}
\newcommand{\numbers}[1]{\\[2pt]{\color{gr-soft}\formula{#1}}}
"""
)


def write(scene: Scene, report: Report) -> bytes:
    """The document, pure ASCII: program, closed forms, steps. Raises LimitError where the scene has
    no derivation."""
    derivation = scene.derivation
    lang = scene.how.lang
    if derivation is None:
        raise LimitError("no_derivation", lang=lang)
    title = escaped(say("derivation.title", lang, name=scene.title))
    lines = [
        f"% {title}",
        HEAD + r"\begin{document}",
        rf"\section*{{{title}}}",
        *_program(scene),
        *_closed(derivation, lang),
        *_steps(derivation, lang),
        *(rf"\par\medskip\textit{{{escaped(note)}}}" for note in derivation.notes),
        r"\end{document}",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _program(scene: Scene) -> list[str]:
    """The source as pasted, and how it ran."""
    lang, run = scene.how.lang, scene.graph.run
    words = {"torch": run.torch, "dtype": run.dtype, "device": run.device, "seed": run.seed}
    source = scene.graph.program.source.rstrip().split("\n")
    return [
        rf"\subsection*{{{escaped(say('derivation.program', lang))}}}",
        r"\begingroup\small\ttfamily\frenchspacing\raggedright",
        *(rf"\mbox{{}}{_spaced(line)}\par" for line in source),
        r"\endgroup\medskip",
        rf"{{\color{{gr-soft}}{escaped(say('derivation.run', lang, **words))}}}",
    ]


def _spaced(line: str) -> str:
    """A line of code: its indentation kept, the rest free to break."""
    line = line.expandtabs(4)
    text = line.lstrip(" ")
    return "~" * (len(line) - len(text)) + escaped(text)


def _closed(derivation: Derivation, lang: str) -> list[str]:
    if not derivation.closed:
        return []
    lines = [rf"\par\medskip\formula{{{_safe(form.latex, lang)}}}" for form in derivation.closed]
    return [rf"\subsection*{{{escaped(say('derivation.closed', lang))}}}", *lines]


def _steps(derivation: Derivation, lang: str) -> list[str]:
    if not derivation.steps:
        return []
    return [
        rf"\subsection*{{{escaped(say('derivation.steps', lang))}}}",
        r"\begin{enumerate}",
        *(_step(step, lang) for step in derivation.steps),
        r"\end{enumerate}",
    ]


def _step(step: DerivedStep, lang: str) -> str:
    numbers = rf"\numbers{{{_safe(step.numbers, lang)}}}" if step.numbers else ""
    return rf"\item \formula{{{_safe(step.latex, lang)}}}{numbers}"


def _safe(latex: str, lang: str) -> str:
    """The formula; in place of one that says more than mathematics, a sentence."""
    found = readable(latex)
    return found if found is not None else rf"\text{{{escaped(say('derivation.refused', lang))}}}"
