"""A formula somebody else wrote in; the same formula if it can do nothing but be read, else None, out.

Derivations come from the worker that ran a stranger's program, so their TeX is a stranger's."""

from __future__ import annotations

import re

from app.export.tex_text import escaped

#: characters of a formula longer than any this app writes
LONGEST = 20_000
COMMANDS = frozenset(
    """left right text operatorname infty in cdot cdots top mathbf partial frac sum odot mathbb
    overline quad qquad star ast rvert lvert rVert lVert min max mathrm mathcal le leq ge geq ne neq
    dots ldots vdots ddots underbrace overbrace times log ln exp wedge vee to textstyle displaystyle
    textbackslash textasciitilde textasciicircum tanh tan sqrt sinh sin sigma prod int mathbin
    lfloor rfloor lceil rceil hat bar tilde vec det cosh cos coth cot sec csc arctan arcsin arccos
    Phi Gamma psi varphi mid langle rangle otimes oplus circ pm mp div approx equiv sim propto
    rightarrow leftarrow Rightarrow mapsto forall exists neg lim sup inf arg bmod nabla cup cap
    subset notin big Big bigl bigr Bigl Bigr limits substack binom bigwedge bigvee
    begin end alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu
    nu xi pi rho tau upsilon phi chi omega Delta Theta Lambda Xi Pi Sigma Upsilon Psi Omega""".split()
)
SIGNS = frozenset(",;:! |{}_%&#$\\")
ENVIRONMENTS = frozenset(
    "cases matrix bmatrix pmatrix vmatrix smallmatrix aligned array gathered".split()
)
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.|$)", re.DOTALL)


def readable(latex: str) -> str | None:
    """The formula in ASCII, ready to stand between dollars; None where anything in it is unknown:
    a command, an environment, an unbalanced group, a comment, a dollar, ^^."""
    if len(latex) > LONGEST or "^^" in latex or not _known(latex) or not _nested(latex):
        return None
    bare = _TOKEN.sub("", latex)
    if any(sign in bare for sign in "$%#~\n") or ("&" in bare and r"\begin" not in latex):
        return None
    return "".join(c if " " <= c <= "~" else escaped(c) for c in latex)


def _known(latex: str) -> bool:
    return all(
        token[1:] in COMMANDS or (len(token) == 2 and token[1] in SIGNS)
        for token in _TOKEN.findall(latex)
    )


def _nested(latex: str) -> bool:
    """Whether every group, environment and bracket that opens closes."""
    depth = 0
    for sign in re.findall(r"[{}]", re.sub(r"\\.", "", latex)):
        depth += 1 if sign == "{" else -1
        if not 0 <= depth <= 100:
            return False
    opened = re.findall(r"\\begin(?:\{([a-z]*)\})?", latex)
    closed = re.findall(r"\\end(?:\{([a-z]*)\})?", latex)
    brackets = [len(re.findall(rf"\\{word}(?![A-Za-z])", latex)) for word in ("left", "right")]
    return (
        depth == 0
        and brackets[0] == brackets[1]
        and sorted(opened) == sorted(closed)
        and ENVIRONMENTS.issuperset(opened)
    )
