"""Pasted text in; which language it is written in, out."""

from __future__ import annotations

import re
from typing import Literal

from app.program.cells import is_notebook
from app.program.latex import is_latex
from app.program.network import is_network, written
from app.program.paste import paste

_PYTHON = re.compile(
    r"""
    ^[^\S\n]*(?:import|from|def|class|for|while|with|if|elif|try|return|assert|del|async|raise)\b
    | ^[^\S\n]*(?:@\w | >>> | In\ \[ | ```|~~~) | Copy\ code | Copiar\ c[oó]digo
    | (?<!\w)\d*[^\W\d]\w*\s*\.\s*(?!T\b)[A-Za-z_] | [\])]\.(?!T\b)[A-Za-z_]
    | \b(?:print|range|len|True|False|None|not|is)\b(?!\s*=)
    | [+\-*/@%]=(?!=) | == | != | " | \bf?'[^'\n]*'\s*(?:[,\])]|$) | \{
    | ^[^\S\n]*(?:\w+\s*=\s*)?tensor\w*(?:\.T|\s*@)
    """,
    re.X | re.M,
)
_COMMENT = re.compile(r"(?:#|//).*")
_PROSE = re.compile(r"^(?:[^\W\d_]{2,}[,.]?[ \t]+){4,}[^\W\d_]{2,}[.!?:]?[ \t]*$", re.M)


def detect(source: str) -> Literal["torch", "math", "latex", "network"]:
    """A network where it is nothing but layers or a configuration; LaTeX by its commands; Python where anything only
    Python has is seen; mathematics otherwise."""
    if is_notebook(source):
        return "torch"
    text = paste(source).text
    if is_network(text) or written(text):
        return "network"
    if is_latex(source):
        return "latex"
    return "torch" if _PYTHON.search(_COMMENT.sub("", f"{source}\n{text}")) else "math"


def is_prose(source: str) -> bool:
    """Whether a line is a sentence rather than a formula."""
    return bool(_PROSE.search(_COMMENT.sub("", source)))
