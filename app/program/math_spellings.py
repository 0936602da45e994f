"""A line of mathematics in words, signs or programs that are not read here, in; the same as it is read
here, out."""

from __future__ import annotations

import re

from app.program.slip import Finder, Slip

_SUPERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿˣʸᶻᵃᵇᶜᵈᵉᵏᵗⁱʲᵐ⁽⁾", "0123456789-+nxyzabcdektijm()")
_SUPER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]*[ˣʸᶻᵃᵇᶜᵈᵉᵏᵗⁱʲᵐ⁽⁾][⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿˣʸᶻᵃᵇᶜᵈᵉᵏᵗⁱʲᵐ⁽⁾]*")
_ASKED = re.compile(
    r"""^\s*(?:(?:find|compute|calculate|what\s+is|halla|calcula|encuentra)\s+)?(?:the\s+|la\s+|el\s+)?
    (?:partial\s+|parcial\s+)?(?:derivative|derivatives|gradient|differentiate|derivada|gradiente|deriva|derivar)
    \s+(?:of\s+|de\s+)?(?P<of>.+?)
    (?:\s+(?:with\s+respect\s+to|wrt|w\.r\.t\.|con\s+respecto\s+a|respecto\s+a|respecto\s+de)\s+\w+)?
    (?:,?\s+(?:at|when|for|with|where|en|para|con|cuando|donde)\s+(?P<at>\w+\s*=.+?))?\s*[?.]?\s*$""",
    re.X | re.I,
)
_AROUND = re.compile(
    r"""^\s*(?P<head>(?:[^\W\d_]{2,}\s+){1,8}(?=[^\W\d]\w*\s*=)|[^\W\d_]{3,}(?:\s[^\W\d_]+){0,5}\s*:\s+)?(?P<formula>[^\W\d]\w*(?:\([\w,\s]*\))?\s*=\s*.+?)
    (?:,?\s+(?:with|where|for|con|donde|para|when|cuando)\s+(?P<given>[^\W\d]\w*\s*=.+?))?\s*\.?\s*$""",
    re.X | re.I,
)
_EITHER = re.compile(
    r"""^(?P<head>[^=]*=)?\s*(?P<value>[^=]+?)\s*,?\s+(?:if|si|cuando|when)\s+(?P<condition>.+?)\s*,?
    \s+(?:else|otherwise|sino|si\s+no|en\s+otro\s+caso)\s+(?P<other>.+?)\s*$""",
    re.X | re.I,
)


def is_short(line: str) -> bool:
    """Whether a pattern with several gaps is over it at once."""
    return len(line) < 200 and not re.search(r"\s{9}", line)


def _asked(line: str, _: str, __: str) -> Slip | None:
    """derivative of x² at x = 3: the values, then the formula."""
    found = _ASKED.match(line) if is_short(line) else None
    if found is None:
        return None
    rows = [found["at"]] if found["at"] else []
    return Slip(0, len(line.rstrip()), "\n".join([*rows, found["of"]]))


def _around(line: str, _: str, __: str) -> Slip | None:
    """the loss is L = (y − w x)² with w = 0.5."""
    found = _AROUND.match(line) if is_short(line) else None
    if found is None or not (found["head"] or found["given"]):
        return None
    head = (found["head"] or "").split()
    if head and head[0].lower() in ("let", "where", "given", "sea", "donde", "con", "with"):
        if len(head) == 1 and not found["given"]:
            return None
    rows = [found["given"]] if found["given"] else []
    return Slip(0, len(line.rstrip()), "\n".join([*rows, found["formula"].strip(" ,")]))


def _either(line: str, _: str, __: str) -> Slip | None:
    """x if x > 0 else 0.1x as where(x > 0, x, 0.1x)."""
    found = _EITHER.match(line) if is_short(line) else None
    if found is None or not re.search("[<>≤≥]", found["condition"]):
        return None
    chosen = f"where({found['condition']}, {found['value']}, {found['other']})"
    head = f"{found['head']} " if found["head"] else ""
    return Slip(found.start("value"), len(line.rstrip()), f"{head}{chosen}")


def _superscript(line: str, _: str, __: str) -> Slip | None:
    """e⁻ˣ as e^(-x)."""
    found = _SUPER.search(line)
    if found is None:
        return None
    written = _SUPER.sub(lambda one: f"^({one[0].translate(_SUPERS)})", line)
    return Slip(found.start(), found.end(), written)


def _swapped(pattern: str, put: str) -> Finder:
    """Every place of a pattern written otherwise; told once."""

    def find(line: str, _: str, __: str) -> Slip | None:
        found = re.search(pattern, line)
        return Slip(found.start(), found.end(), re.sub(pattern, put, line)) if found else None

    return find


def _drawn(line: str, _: str, __: str) -> Slip | None:
    """Boxes and arrows."""
    found = re.search(r"-{2,}>|={2,}>|\+-{3,}|[─│┌┐└┘├┤╭╮╰╯═║]|-{2,}\\", line)
    return Slip(found.start(), found.end(), None) if found else None


SPELLINGS: dict[str, Finder] = {
    "drawn_network": _drawn,
    "derivative_asked": _asked,
    "either_written": _either,
    "arrow_assigned": _swapped(r"(?<=\w)\s*<-\s+", " = "),
    "words_around": _around,
    "superscript_written": _superscript,
    "element_signs": _swapped(r"(?<=[\w)\]'])\s*\.([*/^])", r" \1 "),
    "degrees_written": _swapped(r"(\d+(?:\.\d+)?)\s*°", r"(\1 π/180)"),
    "percent_written": _swapped(r"(\d+(?:\.\d+)?)\s*%(?!\w)", r"(\1/100)"),
    "plus_minus": _swapped("[±∓]", "+"),
}
