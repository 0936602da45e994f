"""Any text a program made up in; ASCII TeX that prints it and does nothing else, out."""

from __future__ import annotations

import re
import unicodedata

#: what every document loads first, whatever compiles it; and a sign few fonts of TeX have
ENGINE = r"""\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage{textcomp}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\fi
\usepackage{amsmath,amssymb}"""
EURO = r"\providecommand{\texteuro}{EUR}"
#: characters TeX, or its fonts' ligatures, would take for something else
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "{-}",
    ",": "{,}",
    "?": "{?}",
    "!": "{!}",
}
_MATH = {
    "−": "-", "×": r"\times", "·": r"\cdot", "÷": r"\div", "±": r"\pm", "∂": r"\partial",
    "∞": r"\infty", "√": r"\surd", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∇": r"\nabla",
    "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto",
    "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow", "↦": r"\mapsto",
    "↑": r"\uparrow", "↓": r"\downarrow", "⇒": r"\Rightarrow", "⊙": r"\odot", "⊗": r"\otimes",
    "⊕": r"\oplus", "⊤": r"\top", "⊥": r"\perp", "∈": r"\in", "∉": r"\notin", "∪": r"\cup",
    "∩": r"\cap", "⊂": r"\subset", "∀": r"\forall", "∃": r"\exists", "¬": r"\neg", "∧": r"\wedge",
    "∨": r"\vee", "ℓ": r"\ell", "ℒ": r"\mathcal{L}", "ℝ": r"\mathbb{R}", "∘": r"\circ",
    "∗": r"\ast", "⋆": r"\star", "‖": r"\Vert", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil",
    "⌉": r"\rceil", "⟨": r"\langle", "⟩": r"\rangle", "…": r"\ldots", "⋯": r"\cdots",
    "′": "'", "″": "''", "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\vartheta", "∅": r"\emptyset",
    "▸": r"\triangleright", "●": r"\bullet", "•": r"\bullet",
}  # fmt: skip
_WORDS = {
    "—": r"\textemdash{}", "–": r"\textendash{}", "‘": r"\textquoteleft{}", "°": r"\textdegree{}",
    "’": r"\textquoteright{}", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    "¿": r"\textquestiondown{}", "¡": r"\textexclamdown{}", "ß": r"\ss{}", "æ": r"\ae{}",
    "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "Ł": r"\L{}", "œ": r"\oe{}",
    "Œ": r"\OE{}", "€": r"\texteuro{}", "£": r"\pounds{}", "§": r"\S{}", "µ": r"\ensuremath{\mu}",
    "«": r"\guillemotleft{}", "»": r"\guillemotright{}",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v",
    "\u0327": "c", "\u0328": "k",
}  # fmt: skip
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
_CAPITALS = {
    "gamma",
    "delta",
    "theta",
    "lambda",
    "xi",
    "pi",
    "sigma",
    "upsilon",
    "phi",
    "psi",
    "omega",
}
_SMALL = re.compile(r"^<(super|sub)> ([0-9A-F]{4})$")

#: every control sequence `escaped` can write; a test holds it to this list
ALLOWED = frozenset(
    found.rstrip(" ")
    for text in [*_SPECIAL.values(), *_MATH.values(), *_WORDS.values()]
    for found in re.findall(r"\\(?:[A-Za-z]+|.)", text)
) | frozenset(
    [f"\\{accent}" for accent in _ACCENTS.values()]
    + [f"\\{name}" for name in _GREEK.split()]
    + [f"\\{name.capitalize()}" for name in _CAPITALS]
    + [r"\mathrm", r"\varepsilon", r"\varphi", r"\varsigma", r"\ensuremath", r"\textsubscript", r"\textsuperscript"]
)  # fmt: skip


def escaped(text: str) -> str:
    """`text` as TeX for text mode: signs as mathematics, accents as commands, a character no Latin
    font has as U+4E2D, control and invisible characters left out. Works in every engine."""
    out: list[str] = []
    for char in _letters(text):
        accent = _ACCENTS.get(char)
        if accent is not None and out and re.fullmatch(r"[A-Za-z]", out[-1]):
            out[-1] = f"\\{accent}{{{out[-1]}}}"
        else:
            out.append(_one(char))
    return "".join(out)


def _letters(text: str) -> str:
    """Letters of mathematical alphabets as the letters they are; accents apart from their letters."""
    return "".join(map(_parted, text))


def _parted(char: str) -> str:
    if char in _MATH or char in _WORDS:
        return char
    return unicodedata.normalize("NFKC" if "𝐀" <= char <= "𝟿" else "NFD", char)


def _one(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if " " <= char <= "~":
        return char
    if char in _WORDS:
        return _WORDS[char]
    if (sign := _MATH.get(char) or _greek(char)) is not None:
        return rf"\ensuremath{{{sign}}}"
    if found := _SMALL.match(unicodedata.decomposition(char)):
        return rf"\text{found[1]}script{{{_one(chr(int(found[2], 16)))}}}"
    if char.isspace():
        return " "
    return f"U+{ord(char):04X}" if char.isprintable() else ""


def _greek(char: str) -> str | None:
    """alpha … Omega as TeX calls them; capitals that look Latin stay Latin."""
    words = unicodedata.name(char, "").split()
    if words[:1] != ["GREEK"] or len(words) != 4 or words[2] != "LETTER":
        return r"\varsigma" if char == "ς" else None
    name = words[3].lower().replace("lamda", "lambda")
    if words[1] == "SMALL" and name in _GREEK.split():
        return {"epsilon": r"\varepsilon", "phi": r"\varphi"}.get(name, f"\\{name}")
    if words[1] == "CAPITAL" and name in _GREEK.split():
        return f"\\{name.capitalize()}" if name in _CAPITALS else rf"\mathrm{{{_latin(char)}}}"
    return "o" if name == "omicron" else None


def _latin(char: str) -> str:
    return dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)).get(char, "?")
