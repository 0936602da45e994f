"""LaTeX that asks for what is no value (a place, a limit, an integral) in; the error that says what to
write instead, mostly with a repair, and domains left out, out."""

from __future__ import annotations

import re

from app.errors import ProgramError
from app.graph import Span

_BELOW = r"(?:\s*_\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w))?"
#: how the least or largest place is written
_ARGUMENT = (
    r"\\(?:operatorname\*?|mathop|underset\{[^{}]*\})\s*\{\s*(?:\\rm\s*)?arg[\\,~\s]*\\?(?:min|max)\s*\}"
    r"|\\arg\s*\\?(?:min|max)|\\arg(?:min|max)"
)
_FINDERS = {
    "latex_argument": re.compile(rf"(?:{_ARGUMENT})(?:\\limits)?{_BELOW}"),
    "limit_written": re.compile(r"\\lim(?:sup|inf)?(?![A-Za-z])" + _BELOW),
    "integral_written": re.compile(r"\\(?:i{0,2}int|oint)(?![A-Za-z])"),
}
_SET = r"\\mathbb\s*\{?\s*[RNZQC]\s*\}?(?:\s*[\^_]\s*(?:\{[^{}]*\}|\w))*"
#: x ∈ ℝ² and f : ℝ² → ℝ, with the comma beside them
_DOMAINS = re.compile(
    rf"(?:[,;]\s{{0,9}})?(?:\\q?quad\s*|\\text\s*\{{[^{{}}]*\}}\s*|\\forall\s*)*"
    rf"(?<![A-Za-z\\])\\?[A-Za-z]{{1,12}}(?:_\w)?\s{{0,9}}\\in\s*{_SET}(?:\s*\\times\s*{_SET})*"
    rf"|(?:^|(?<=\n)|(?<=\$))[ \t]{{0,20}}\w{{1,20}}[ \t]{{0,5}}(?::|\\colon)\s*{_SET}(?:\s*\\times\s*{_SET})*\s*"
    rf"\\(?:to|rightarrow|longrightarrow)\s*{_SET}"
    r"\s*[,;.]?"
)
#: D_{KL}(P ‖ Q) = …, of which only the name counts
_DIVERGENCE = re.compile(
    r"(D_?\{?(?:\\\w+\{)?[A-Z]*\}*)\s*(\\left)?\s*[(\[][^=\n]{0,60}?(?:\\\||\\Vert|\|\|)[^=\n]{0,60}?[)\]](?=\s*&?\s*=)"
)


def check_latex(source: str, lang: str) -> None:
    """Raises ProgramError for the first of them."""
    for code, pattern in _FINDERS.items():
        found = pattern.search(source)
        if found is None:
            continue
        line = source.count("\n", 0, found.start()) + 1
        start = found.start() - (source.rfind("\n", 0, found.start()) + 1)
        span = Span(line=line, column=start, end_line=line, end_column=start + len(found[0]))
        repair = _objective(source, found) if code == "latex_argument" else None
        code = "latex_argument_open" if code == "latex_argument" and repair is None else code
        raise ProgramError(code, span=span, lang=lang, repair=repair)


def _objective(source: str, found: re.Match[str]) -> str | None:
    """The function whose least value is sought, under a name of its own; None where it is only named."""
    if re.fullmatch(
        r"\s*(?:\\?\w+|\\mathcal\{\w\})\s*\([^()]*\)[\s$.\\\])]*", source[found.end() :]
    ):
        return None
    before = source[: found.start()]
    head = re.search(r"(?:^|(?<=[\n$\[]))[^\n$=]*=\s*$", before)
    kept = before[: head.start()] if head else before
    return f"{kept}L = {source[found.end() :].lstrip()}"


def without_domains(source: str) -> str:
    """Domains as spaces, so that everything else keeps its place."""
    spaced = source if "\\]" in source else source.replace("\\[", " [")  # Markdown's escape
    if "\\mathbb" in source:
        spaced = _DOMAINS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), spaced)
    return _DIVERGENCE.sub(lambda found: found[1] + " " * (len(found[0]) - len(found[1])), spaced)
