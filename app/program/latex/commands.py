"""Nothing in; what LaTeX's commands mean to mathematics, out."""

from __future__ import annotations

from app.program.math_functions import FUNCTIONS

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma"
    " tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell".split()
)
#: other ways to write a letter
LETTERS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho"}
LETTERS |= {"varsigma": "sigma", "hbar": "hbar", "imath": "i", "jmath": "j"}
#: marks over a letter, and what they add to its name
ACCENTS = {"hat": "_hat", "widehat": "_hat", "bar": "_bar", "overline": "_bar", "tilde": "_tilde"}
ACCENTS |= {"widetilde": "_tilde", "dot": "_dot", "ddot": "_ddot", "vec": "_vec", "check": "_check"}
#: fonts: their argument is a name
FONTS = frozenset(
    "text textbf textit textrm mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak bm"
    " boldsymbol symbf operatorname mbox hbox pmb mathbb mathds".split()
)
#: words between formulas
WORDS = frozenset(
    "where with and if for let given then so donde con y sea para si entonces".split()
)
SIGNS = {"cdot": "*", "times": "*", "odot": "*", "ast": "*", "star": "*", "circ": "*", "div": "/"}
SIGNS |= {"gets": "=", "leftarrow": "=", "coloneqq": "=", "lbrace": "(", "rbrace": ")"}
SIGNS |= {"triangleq": "=", "equiv": "=", "doteq": "=", "lt": "<", "gt": ">"}
SIGNS |= dict.fromkeys(("le", "leq", "leqslant"), "≤") | dict.fromkeys(
    ("ge", "geq", "geqslant"), "≥"
)
SIGNS |= {"lbrack": "[", "rbrack": "]", "vert": "|", "lvert": "|", "rvert": "|"}
#: what only moves or decorates
SKIPPED = frozenset(
    "quad qquad displaystyle textstyle scriptstyle limits nolimits nonumber notag hfill medspace"
    " thinspace thickspace negthinspace big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr"
    " hline noindent centering par smallskip medskip bigskip".split()
)
#: those of them with an argument to skip as well
SKIPPED_WITH = frozenset("label tag hspace vspace phantom hphantom vphantom color".split())
FRACTIONS = frozenset(["frac", "dfrac", "tfrac", "cfrac"])
REPEATED = {"sum": "+", "prod": "*"}
NORMS = frozenset(["|", "lVert", "rVert", "Vert"])
MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array".split())
#: environments that only arrange formulas
PLAIN = frozenset(
    "aligned align alignat alignedat equation gather gathered split multline eqnarray math displaymath".split()
)
#: rows of a value and its condition
CASES = frozenset("cases dcases rcases".split())
MOMENTS = {"E": "mean", "Var": "variance"}
ROUNDED = {"lfloor": ("floor", "rfloor"), "lceil": ("ceil", "rceil")}
DERIVATIVES = frozenset(["partial", "nabla"])


def function_of(name: str) -> str | None:
    """The mathematical function a command or an upright word names."""
    return next((known for known in (name, name.lower()) if known in FUNCTIONS), None)
