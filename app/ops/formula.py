"""A formula as Python text in; LaTeX, symbolic or with numbers in place of names, out.

The same text is executed with torch (`app/ops/execute.py`) and tested, so what a card shows is what
was checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from app.ops.notation import BIG, CALLS, LOOSE, POSTFIX, special

COMPARE = {
    ast.Gt: ">",
    ast.Lt: "<",
    ast.GtE: r"\ge",
    ast.LtE: r"\le",
    ast.Eq: "=",
    ast.NotEq: r"\ne",
}
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
#: between factors that are letters
SPACE = r"\,"


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr:
    """The expression in `text`."""
    return ast.parse(text, mode="eval").body


def names_in(text: str) -> frozenset[str]:
    """The names a formula reads, functions left out."""
    tree = parsed(text)
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called)
    return frozenset(name.id for name in names)


def latex(text: str, words: Mapping[str, str] | None = None, dot: str = SPACE) -> str:
    """`text` as LaTeX; `words` maps names to their LaTeX (numbers, or the program's own names).

    `dot` stands between factors: a thin space for symbols, \\cdot for numbers."""
    return Printer(words or {}, dot).show(parsed(text))[0]


class Printer:
    """Prints one formula; every method answers (LaTeX, binding strength)."""

    def __init__(self, words: Mapping[str, str], dot: str) -> None:
        self.words = words
        self.dot = dot

    def show(self, node: ast.expr) -> tuple[str, int]:
        """Any expression."""
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.UnaryOp):
            inner = self.wrapped(node.operand, PRODUCT)
            return (f"-{inner}", SUM)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Compare):
            sign = COMPARE[type(node.ops[0])]
            left, right = self.show(node.left)[0], self.show(node.comparators[0])[0]
            return f"{left} {sign} {right}", SUM
        if isinstance(node, ast.BoolOp):
            return r" \wedge ".join(self.show(v)[0] for v in node.values), SUM
        if isinstance(node, ast.Constant):
            return self.number(repr(node.value))
        assert isinstance(node, ast.Name), ast.dump(node)
        word = self.words.get(node.id, spelled(node.id))
        return self.number(word)

    def number(self, word: str) -> tuple[str, int]:
        """A word; a negative number (or any sum) binds weakly."""
        if word.startswith("-") or " " in word.strip():
            return word, SUM
        return word, POWER if word.startswith("{") or r"\cdot 10" in word else ATOM

    def wrapped(self, node: ast.expr, strength: int) -> str:
        """An operand, in parentheses where it binds more weakly than its place asks."""
        text, bound = self.show(node)
        return text if bound >= strength else rf"\left({text}\right)"

    def binary(self, node: ast.BinOp) -> tuple[str, int]:
        """+ − · / ^ @"""
        kind = type(node.op)
        if kind is ast.Div:
            if self.show(node.right)[0] in ("1", ""):
                return self.show(node.left)
            return (
                rf"\frac{{{self.show(node.left)[0] or '1'}}}{{{self.show(node.right)[0]}}}",
                PRODUCT,
            )
        if kind is ast.Pow:
            left, power = self.wrapped(node.left, ATOM), whole(self.show(node.right)[0])
            if power == "1":
                return self.show(node.left)
            return f"{{{left}}}^{{{power}}}", POWER
        if kind in (ast.Add, ast.Sub):
            sign = "+" if kind is ast.Add else "-"
            if self.show(node.right)[0] == "":
                return self.show(node.left)
            right = self.wrapped(node.right, SUM if kind is ast.Add else PRODUCT)
            if right.startswith("-"):
                right = rf"\left({right}\right)"
            return f"{self.show(node.left)[0]} {sign} {right}", SUM
        if kind is ast.MatMult:
            return (
                rf"{self.wrapped(node.left, PRODUCT)}\,{self.wrapped(node.right, PRODUCT)}",
                PRODUCT,
            )
        return self.product(node)

    def product(self, node: ast.BinOp) -> tuple[str, int]:
        """A product; among symbols a factor written 1 is left out."""
        left, right = self.wrapped(node.left, PRODUCT), self.wrapped(node.right, PRODUCT)
        ones = ("1", "") if self.dot == SPACE else ("",)
        if left in ones:
            return self.show(node.right)
        if right in ones:
            return self.show(node.left)
        dot = r"\cdot " if right[:1].isdigit() or right.startswith(r"\left(-") else self.dot
        return f"{left}{dot}{right}", PRODUCT

    def call(self, node: ast.Call) -> tuple[str, int]:
        """A function; its way of writing stands in CALLS."""
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        strength = ATOM if name in POSTFIX else PRODUCT if name in BIG else 0
        arguments = [
            self.wrapped(a, 0 if k and name in BIG else strength) for k, a in enumerate(node.args)
        ]
        written = special(name, arguments)
        if written is not None:
            return written, PRODUCT
        form = CALLS.get(name)
        if form is None:
            inner = r",\,".join(argument for argument in arguments if argument)
            return rf"\text{{{name.replace('_', ' ')}}}\left({inner}\right)", ATOM
        if form == "{0}":
            return self.show(node.args[0])
        bound = SUM if name in BIG else PRODUCT if name in POSTFIX or name in LOOSE else ATOM
        return form.format(*arguments), bound


def whole(power: str) -> str:
    """3 − 1 as 2."""
    found = re.fullmatch(r"(\d+) - (\d+)", power)
    return str(int(found[1]) - int(found[2])) if found else power


def spelled(name: str) -> str:
    """A formula's own name as LaTeX: Greek where it is Greek."""
    if name in GREEK:
        return f"\\{name}"
    if len(name) > 1 and name[1:].isdigit():
        return f"{name[0]}_{{{name[1:]}}}"
    return name if len(name) == 1 else rf"\mathrm{{{spelled_operator(name)}}}"


def spelled_operator(name: str) -> str:
    """Text safe inside \\operatorname."""
    return name.replace("_", r"\_")


#: Greek letters that LaTeX knows by name
LETTERS = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
        "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        strict=True,
    )
)
GREEK = frozenset(name for name in LETTERS.values() if name.islower())


def word_of(name: str) -> str:
    """A variable of the user's program as LaTeX: `w1` and `w_1` → w_{1}, `lambda_` → λ, `dL_dw` stays
    upright, net.fc.weight upright; never anything but letters, digits and marks that LaTeX takes as
    text."""
    if letter := _letter(name):
        return letter
    indexed = re.fullmatch(r"(.+?)_?([0-9]{1,58})", name)
    if indexed and (letter := _letter(indexed[1])):
        return f"{letter}_{{{indexed[2]}}}"
    if name.endswith("_hat") and (letter := _letter(name.removesuffix("_hat"))):
        return rf"\hat{{{letter}}}"
    safe = "".join(ESCAPES.get(character, character) for character in name[:60])
    return rf"\text{{{safe}}}"


def _letter(name: str) -> str | None:
    """A name that is one letter, written out or not, as LaTeX."""
    if name in LETTERS:
        return f"\\{LETTERS[name]}"
    if name.removesuffix("_") in GREEK:  # Python keeps the word lambda for itself
        return f"\\{name.removesuffix('_')}"
    return name if len(name) == 1 and name.isascii() and name.isalpha() else None


ESCAPES = {
    "\\": r"\textbackslash{}",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
