"""A formula in LaTeX in; the same as Office's own mathematics (OMML), editable in PowerPoint, out."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from latex2mathml.converter import convert_to_element

from app.export.deck.text import clean

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
#: characters of a formula that is still written as one
LONGEST = 2_000
#: MathML spaces, em, as characters
SPACES = ((0.9, "\u2003\u2003"), (0.4, "\u2003"), (0.2, "\u2005"), (0.1, "\u2009"))


def omml(latex: str, look: Callable[[bool], str]) -> str | None:
    """m:oMath with `look(is_italic)` as every run's DrawingML properties; None where the formula
    cannot be read."""
    if len(latex) > LONGEST:
        return None
    try:
        inside = _Writer(look).children(convert_to_element(latex))
    except Exception:  # of whatever a stranger's formula makes the parser do
        return None
    return f"<m:oMath>{inside}</m:oMath>"


class _Writer:
    """Walks MathML; every method gives OMML of one element."""

    def __init__(self, look: Callable[[bool], str]) -> None:
        self.look = look

    def children(self, parent: Any) -> str:
        """Everything inside, fences with what they enclose."""
        parts, nodes, k = [], list(parent), 0
        while k < len(nodes):
            if _is_fence(nodes[k], "prefix"):
                end = _closing(nodes, k)
                parts.append(self.fenced(nodes[k], nodes[k + 1 : end], nodes[end : end + 1]))
                k = end + 1
            else:
                parts.append(self.one(nodes[k]))
                k += 1
        return "".join(parts)

    def one(self, node: Any) -> str:
        """One element by its name; what has no counterpart is what it holds."""
        found = getattr(self, f"take_{node.tag.rpartition('}')[2]}", None)
        if found is not None:
            return str(found(node))
        return self.children(node) if len(node) else self.run(_text(node), False)

    def run(self, text: str, is_italic: bool) -> str:
        """Letters in one look."""
        if not text:
            return ""
        style = "i" if is_italic else "p"
        return (
            f'<m:r><m:rPr><m:sty m:val="{style}"/></m:rPr>{self.look(is_italic)}'
            f"<m:t>{escape(clean(text))}</m:t></m:r>"
        )

    def part(self, name: str, node: Any) -> str:
        """An argument; never without a child, which PowerPoint shows as a dotted box."""
        inside = self.one(node) if not isinstance(node, list) else "".join(map(self.one, node))
        return f"<m:{name}>{inside or self.run(chr(0x200B), False)}</m:{name}>"

    def fenced(self, first: Any, inner: list[Any], last: list[Any]) -> str:
        """Brackets that grow with what is inside; either may be missing."""
        begin, end = _text(first), _text(last[0]) if last else ""
        look = f'<m:begChr m:val="{escape(begin)}"/><m:endChr m:val="{escape(end)}"/>'
        return f"<m:d><m:dPr>{look}</m:dPr>{self.part('e', inner)}</m:d>"

    def take_mi(self, node: Any) -> str:
        """A single letter leans, a name does not."""
        text = _text(node)
        return self.run(text, len(text) == 1 and text.isalpha())

    def take_mspace(self, node: Any) -> str:
        """Space as characters."""
        wide = float((node.get("width") or "0").removesuffix("em") or 0)
        return self.run(next((text for least, text in SPACES if wide >= least), ""), False)

    def take_mfrac(self, node: Any) -> str:
        """Numerator over denominator."""
        return f"<m:f>{self.part('num', node[0])}{self.part('den', node[1])}</m:f>"

    def take_msup(self, node: Any) -> str:
        """Something raised."""
        return f"<m:sSup>{self.part('e', node[0])}{self.part('sup', node[1])}</m:sSup>"

    def take_msub(self, node: Any) -> str:
        """Something lowered."""
        return f"<m:sSub>{self.part('e', node[0])}{self.part('sub', node[1])}</m:sSub>"

    def take_msubsup(self, node: Any) -> str:
        """Both."""
        parts = self.part("e", node[0]) + self.part("sub", node[1]) + self.part("sup", node[2])
        return f"<m:sSubSup>{parts}</m:sSubSup>"

    def take_munder(self, node: Any) -> str:
        """Something below."""
        return f"<m:limLow>{self.part('e', node[0])}{self.part('lim', node[1])}</m:limLow>"

    def take_mover(self, node: Any) -> str:
        """An accent, a bar, or something above."""
        above = _text(node[1])
        if above in ("\u2015", "\u00af", "\u203e"):
            return (
                f'<m:bar><m:barPr><m:pos m:val="top"/></m:barPr>{self.part("e", node[0])}</m:bar>'
            )
        if len(above) == 1:
            accent = {"^": "\u0302", "~": "\u0303", "\u2192": "\u20d7", "\u02d9": "\u0307"}
            look = f'<m:chr m:val="{escape(accent.get(above, above))}"/>'
            return f"<m:acc><m:accPr>{look}</m:accPr>{self.part('e', node[0])}</m:acc>"
        return f"<m:limUpp>{self.part('e', node[0])}{self.part('lim', node[1])}</m:limUpp>"

    def take_munderover(self, node: Any) -> str:
        """Below and above."""
        low = f"<m:limLow>{self.part('e', node[0])}{self.part('lim', node[1])}</m:limLow>"
        return f"<m:limUpp><m:e>{low}</m:e>{self.part('lim', node[2])}</m:limUpp>"

    def take_msqrt(self, node: Any) -> str:
        """A square root."""
        hidden = '<m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>'
        return f"<m:rad>{hidden}{self.part('e', list(node))}</m:rad>"

    def take_mroot(self, node: Any) -> str:
        """Another root."""
        return f"<m:rad>{self.part('deg', node[1])}{self.part('e', node[0])}</m:rad>"

    def take_mtable(self, node: Any) -> str:
        """Rows and columns."""
        rows = [
            "<m:mr>" + "".join(f"<m:e>{self.children(cell)}</m:e>" for cell in row) + "</m:mr>"
            for row in node
        ]
        wide = max((len(row) for row in node), default=1)
        column = f'<m:mc><m:mcPr><m:count m:val="{wide}"/><m:mcJc m:val="left"/></m:mcPr></m:mc>'
        return f"<m:m><m:mPr><m:mcs>{column}</m:mcs></m:mPr>{''.join(rows)}</m:m>"


def _text(node: Any) -> str:
    return html.unescape("".join(node.itertext()))


def _is_fence(node: Any, form: str) -> bool:
    return node.get("fence") == "true" and node.get("form") == form


def _closing(nodes: list[Any], start: int) -> int:
    """The index of the fence that closes the one at `start`; beyond the end where none does."""
    depth = 0
    for k in range(start, len(nodes)):
        depth += _is_fence(nodes[k], "prefix") - _is_fence(nodes[k], "postfix")
        if depth == 0:
            return k
    return len(nodes)
