"""A Scene in; a Beamer document that plays it with one overlay per step, drawn by TikZ, out."""

from __future__ import annotations

from app.errors import LimitError
from app.export.formats import Report
from app.export.scene import Scene
from app.export.tex_text import ENGINE, EURO, escaped
from app.export.tikz_marks import drawn
from app.picture.svg import RADIUS, outline_of
from app.picture.theme import THEMES, Theme
from app.settings import settings

#: room for the picture on a 16:9 frame, pt; and the largest unit, so that a small graph stays small
WIDTH, HEIGHT, UNIT = 420.0, 188.0, 0.72
#: TeX knows no length beyond this, pt
LONGEST = 16_000

HEAD = r"""% __TITLE__
% Compile with pdflatex, lualatex or xelatex. One overlay per step.
% To lift the picture into your own deck, copy the two marked parts: the definitions into your
% preamble, the tikzpicture into a frame. In a document that is not Beamer, export a single step:
% that picture has no overlays. \gradreelunit scales everything.
\documentclass[aspectratio=169,10pt]{beamer}
__ENGINE__
\setbeamertemplate{navigation symbols}{}
\setbeamersize{text margin left=6mm,text margin right=6mm}
"""
DEFINITIONS = (
    EURO
    + r"""
\newlength{\gradreelunit}
\setlength{\gradreelunit}{__UNIT__pt}
\tikzset{
  gradreel/.style={x=\gradreelunit, y=-\gradreelunit, line width=1.2\gradreelunit},
  % letters are scaled: small sizes of their own would be cut wider, and leave their cards
  gr text/.code 2 args={\pgfkeysalso{inner sep=0pt, outer sep=0pt, scale={#1*\gradreelunit/10},
    font=\fontsize{10pt}{10pt}\sffamily\selectfont #2}},
  gr waiting/.style={opacity=0.45},
  gr scope/.style={draw=gr-line, fill=gr-scope, line width=1\gradreelunit, rounded corners=16\gradreelunit},
  gr card/.style={draw=gr-edge, fill=gr-card, rounded corners=12\gradreelunit},
__KINDS__
  gr active/.style={draw=gr-#1, fill=gr-#1-wash!65!gr-card, line width=2.4\gradreelunit},
  gr root/.style={draw=gr-orange, line width=2.2\gradreelunit},
  gr chosen/.style={draw=gr-blue, line width=2.6\gradreelunit},
  gr edge/.style={draw=gr-edge, line width=1.6\gradreelunit},
  gr flowing/.style={draw=gr-#1, line width=2.4\gradreelunit},
  gr head/.style={fill=gr-edge},
  gr pill/.style={fill=gr-backward-wash, rounded corners=10\gradreelunit},
  gr thumb/.style={draw=gr-line, fill=gr-scope, line width=1\gradreelunit},
  gr due/.style={fill=gr-orange},
}"""
)


def write(scene: Scene, report: Report) -> bytes:
    """The document, pure ASCII. Raises LimitError beyond `tex_overlays` steps."""
    steps = scene.steps
    most = settings().tex_overlays
    if len(steps) > most:
        raise LimitError("tex_too_many_steps", lang=scene.how.lang, count=len(steps), limit=most)
    if max(scene.picture.width, scene.picture.height) > LONGEST:
        raise LimitError("tex_too_large", lang=scene.how.lang)
    theme = THEMES[scene.how.theme]
    parts = [
        HEAD.replace("__TITLE__", escaped(scene.title)).replace("__ENGINE__", ENGINE),
        *definitions(scene, theme),
        *_canvas(scene),
        r"\begin{document}",
        rf"\begin{{frame}}{{{escaped(scene.title)}}}",
        r"\centering",
        *picture(scene),
        *_captions(scene),
        r"\end{frame}",
        r"\end{document}",
    ]
    return ("\n".join(parts) + "\n").encode("ascii")


def definitions(scene: Scene, theme: Theme) -> list[str]:
    """Colours, the unit and the styles."""
    tones = "paper card ink soft line edge scope blue orange green red".split()
    colours = {tone: getattr(theme, tone) for tone in tones}
    for kind in ("forward", "backward", "update"):
        colours[kind], colours[f"{kind}-wash"] = theme.of_pass(kind)
    unit = min(WIDTH / scene.picture.width, HEIGHT / scene.picture.height, UNIT)
    kinds = "\n".join(f"  gr {kind}/.style={{{_kind(kind)}}}," for kind in (*RADIUS, "failed"))
    return [
        "% ---- definitions: copy from here",
        r"\usepackage{tikz}",
        *(rf"\definecolor{{gr-{n}}}{{HTML}}{{{c[1:].upper()}}}" for n, c in colours.items()),
        DEFINITIONS.replace("__UNIT__", f"{unit:.4f}").replace("__KINDS__", kinds),
        "% ---- to here",
    ]


def _kind(kind: str) -> str:
    styles = [rf"rounded corners={RADIUS.get(kind, 12)}\gradreelunit"]
    tone, wide = outline_of(kind)
    if tone != "edge":
        styles += [f"draw=gr-{tone}", rf"line width={wide:g}\gradreelunit"]
    if kind in ("constant", "buffer"):
        styles.append(r"dash pattern=on 5\gradreelunit off 4\gradreelunit")
    return ", ".join(styles)


def picture(scene: Scene) -> list[str]:
    """The tikzpicture: always of the same size, so that no overlay moves another."""
    width, height = scene.picture.width, scene.picture.height
    return [
        "% ---- picture: copy from here",
        r"\begin{tikzpicture}[gradreel]",
        rf"\path[use as bounding box] (0,0) rectangle ({width:.0f},{height:.0f});",
        *drawn(scene),
        r"\end{tikzpicture}",
        "% ---- to here",
    ]


def _canvas(scene: Scene) -> list[str]:
    """The theme's ink everywhere, and its paper where the person wants one."""
    lines = [
        r"\setbeamercolor{normal text}{fg=gr-ink}",
        r"\setbeamercolor{frametitle}{fg=gr-ink,bg=}",
        r"\usebeamercolor*{normal text}",
    ]
    if scene.how.background == "solid":
        lines.insert(0, r"\setbeamercolor{background canvas}{bg=gr-paper}")
    return lines


def _captions(scene: Scene) -> list[str]:
    """Below the picture: what the step is, and what was folded away."""
    texts = [scene.picture.steps[s].text for s in scene.steps if s < len(scene.picture.steps)]
    lines = [r"\par\smallskip", r"\parbox[t][3.2em][t]{\textwidth}{\centering\small"]
    for number, text in enumerate(texts, 1):
        shown = rf"\textcolor{{gr-soft}}{{{escaped(text)}}}"
        lines.append(rf"\only<{number}>{{{shown}}}%" if len(texts) > 1 else f"{shown}%")
    if scene.picture.abridged:
        lines.append(rf"\\{{\footnotesize {escaped(scene.picture.abridged)}}}%")
    return [*lines, "}"]
