"""Mathematics as people write it in, where this mathematics would misread or refuse it; the error
that says what to write instead, mostly with a repair, out."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from app.errors import ProgramError
from app.graph import Span
from app.program.math_functions import FUNCTIONS
from app.program.math_spellings import SPELLINGS
from app.program.paste import split_lines
from app.program.slip import Finder, Slip

_COMMENT = re.compile(r"(?:#|//).*")
_COMPARED = "[<>≤≥≠⩽⩾∈]=?"
_CONDITION = re.compile(rf"(?<![^=<>≤≥≠⩽⩾∈,;])[^=<>≤≥≠⩽⩾∈,;]+(?:{_COMPARED}[^=<>≤≥≠⩽⩾∈,;]+)+")
_ONE = re.compile(rf"([^<>≤≥≠⩽⩾∈]+)({_COMPARED})([^<>≤≥≠⩽⩾∈]+)")
_DERIVATIVE = re.compile(r"^(\s*)[d∂]([^\W\d_]\w*)?\s*/\s*([d∂])([^\W\d]\w*)\s*(.*)$")
_QUOTIENT = re.compile(r"(?<!\w)[d∂]([^\W\d_])\s*/\s*[d∂]([^\W\d]\w*)|∇\w?()")
_PRIME = re.compile(r"(?<!\w)([^\W\d_])['′’]+(?=\()(?!\([^()]*\)\s*=)")
_MAPPING = re.compile(r"^(\s*)(?:(\w)\s*:\s*)?([^\W\d]\w*)\s*(?:→|↦|⟶|⟼|->)\s*(.+)$")
_BRACKET = re.compile(r"((?<!\w)\d*([^\W\d]\w*))?([(\[])|[)\]]")
_COMMA = re.compile(r"(?<![\w.,])(\d+(?:\.\d{3})*),(\d+(?:,\d{3})*)(?![\d,.]|_)")


def check_slips(source: str, lang: str) -> None:
    """Raises ProgramError for the first of them."""
    lines = split_lines(source)
    bare = [_COMMENT.sub("", line) for line in lines]
    whole, start = "\n".join(bare), 0
    for place, text in enumerate(bare):
        others = whole[:start] + whole[start + len(text) + 1 :]
        start += len(text) + 1
        for code, finder in _FINDERS.items():
            if found := finder(text, others, lang):
                raise _error(code, found, lines, place, lang)


def _error(code: str, slip: Slip, lines: list[str], place: int, lang: str) -> ProgramError:
    repair = None
    if slip.line is not None:
        kept = [slip.line] if slip.line.strip() else []
        repair = "\n".join([*lines[:place], *kept, *lines[place + 1 :]])
    span = Span(line=place + 1, column=slip.start, end_line=place + 1, end_column=slip.end)
    words: dict[str, Any] = {"text": lines[place][slip.start : slip.end].strip()[:80], **slip.words}
    code = f"{code}_open" if repair is None and code in _OPEN else code
    return ProgramError(code, span=span, lang=lang, repair=repair, **words)


def defined_first(source: str, used: Span) -> str | None:
    """The text with the definition of the name used there above everything else."""
    lines = split_lines(source)
    name = lines[used.line - 1][used.column : used.end_column]
    definition = re.compile(
        rf"[,;]?\s*(?<!\w)({re.escape(name)}\s*:?=[^=](?:[^\[\](),;]|\[[^\]]*\]|\([^)]*\))*)"
    )
    for place, line in enumerate(lines):
        found = definition.search(line, used.end_column if place == used.line - 1 else 0)
        if place >= used.line - 1 and found:
            kept = line[: found.start()] + line[found.end() :]
            rest = [kept] if kept.strip(" ,;") else []
            return "\n".join([found[1].strip(), *lines[:place], *rest, *lines[place + 1 :]])
    return None


def _decimal_comma(line: str, others: str, lang: str) -> Slip | None:
    """3,5 for 3.5, outside vectors and arguments, where a comma keeps its meaning."""
    matches = list(_COMMA.finditer(line))
    free = _free_until(line, others) if matches else []
    found = [match for match in matches if _is_free(match.start(), free)]
    if not found:
        return None
    for match in reversed(found):
        line = line[: match.start()] + _number(match, lang) + line[match.end() :]
    first = found[0]
    return Slip(first.start(), first.end(), line, {"number": _number(first, lang)})


def _number(match: re.Match[str], lang: str) -> str:
    """Commas are thousands where there are several, and in English before three digits."""
    whole, rest = match[1].replace(".", ""), match[2]
    if "," in rest or (lang == "en" and len(rest) == 3 and whole == match[1] and whole != "0"):
        return whole + rest.replace(",", "")
    return f"{whole}.{rest}"


def _is_free(place: int, free: list[tuple[int, bool]]) -> bool:
    """Whether no bracket is open here but those that group, or that take one argument."""
    return free[bisect_right(free, (place, True)) - 1][1]


def _free_until(line: str, others: str) -> list[tuple[int, bool]]:
    """From which places on a line that is so, and from which it is not."""
    opened: list[bool] = []
    barred = 0
    known: dict[str, bool] = {}
    found = [(-1, True)]
    for match in _BRACKET.finditer(line):
        if match[3]:
            name = match[2]
            if name and name not in known:
                known[name] = takes_one(name, f"{others}\n{line}")
            opened.append(match[3] == "(" and (not name or known[name]))
            barred += not opened[-1]
        elif opened:
            barred -= not opened.pop()
        found.append((match.end(), not barred))
    return found


def takes_one(name: str, text: str) -> bool:
    """Whether a function has a single argument, so that no comma can be meant in its brackets."""
    if name in FUNCTIONS:
        return FUNCTIONS[name].most == 1
    return re.search(rf"(?<!\w){re.escape(name)}\(\w+\)\s*=", text) is not None


def _condition(line: str, others: str, _: str) -> Slip | None:
    """x ≥ 0 beside a formula goes; alone it becomes what is 0 exactly where it holds."""
    found = re.search(_COMPARED, line)
    if found is None or re.match(r"\s*[<>]=?\s*$", line):
        return None
    if re.search(r"\bwhere\([^()]*$", line[: found.start()]):
        return None
    stated = next(
        (m for m in _CONDITION.finditer(line) if m.start() < found.start() < m.end()), None
    )
    if stated is None or stated[0].count("(") != stated[0].count(")"):
        return Slip(found.start(), found.end(), None)
    rest = line[: stated.start()].rstrip(" ,;") + line[stated.end() :]
    one = _ONE.fullmatch(stated[0])
    if re.search(r"\b(?:if|si|for|para|cuando|when|else)\b", stated[0]):
        rest, one, others = "", None, ""
    if (rest + others).strip():
        return Slip(stated.start(), stated.end(), rest.strip(" ,;"))
    hinge = _hinge(one) if one else None
    return Slip(stated.start(), stated.end(), hinge)


def _hinge(match: re.Match[str]) -> str | None:
    left, sign, right = (part.strip() for part in match.groups())
    if sign[0] in "≠∈":
        return None
    small, large = (left, right) if sign[0] in "<≤⩽" else (right, left)
    if large == "0":
        return f"max(0, {small})"
    large = f"({large})" if re.search(r"[-+]", large) else large
    return f"max(0, -{large})" if small == "0" else f"max(0, {small} - {large})"


def _derivative(line: str, others: str, _: str) -> Slip | None:
    """dy/dx, which the picture shows by itself."""
    found = _DERIVATIVE.match(line)
    if found is None:
        inner = _QUOTIENT.search(line)
        is_own = inner and re.search(rf"\bd(?:{inner[1]}|{inner[2]})\s*=", f"{others}\n{line}")
        return Slip(inner.start(), inner.end(), None) if inner and not is_own else None
    margin, of, sign, by, rest = found.groups()
    rest = rest.rstrip()
    if sign == "d" and re.search(rf"\bd(?:{by}|{of})\s*=", others):
        return None
    start, end = len(margin), len(line.rstrip())
    if of is None:
        inner = re.fullmatch(r"[(\[]([^()\[\]]*)[)\]]", rest)
        return Slip(start, end, (inner[1] if inner else rest) or None)
    if rest.startswith("="):
        return Slip(start, end, f"{of}' {rest}")
    return Slip(start, end, "" if not rest and others.strip() else None)


def _prime(line: str, others: str, _: str) -> Slip | None:
    """f'(x), likewise."""
    found = _PRIME.search(line)
    if found is None:
        return None
    name = re.escape(found[1])
    if re.search(rf"(?<!\w){name}['′’]+\([^()]*\)\s*=", f"{others}\n{line}"):
        return None
    is_known = re.search(rf"(?<!\w){name}\([^()]*\)\s*=", f"{others}\n{line}")
    repaired = line[: found.start()] + found[1] + line[found.end() :]
    return Slip(found.start(), found.end(), repaired if is_known else None)


def _mapping(line: str, _: str, __: str) -> Slip | None:
    found = _MAPPING.match(line)
    if found is None:
        return None
    margin, name, variable, formula = found.groups()
    return Slip(len(margin), len(line.rstrip()), f"{name or 'f'}({variable}) = {formula}")


def _about(line: str, _: str, __: str) -> Slip | None:
    found = re.search("[≈≃≅≡≔]", line)
    return Slip(found.start(), found.end(), line.replace(found[0], "=", 1)) if found else None


def _norm(line: str, _: str, __: str) -> Slip | None:
    found = re.search(r"(?:‖|\|\|)([^‖|]+)(?:‖|\|\|)(?:_2|₂)?", line)
    if found is None or "|" in line.replace("||", ""):  # |x||y| is a product
        return None
    repaired = f"{line[: found.start()]}norm({found[1].strip()}){line[found.end() :]}"
    return Slip(found.start(), found.end(), repaired)


def _unread(pattern: str) -> Finder:
    def find(line: str, _: str, __: str) -> Slip | None:
        found = re.search(pattern, line)
        return Slip(found.start(), found.end(), None) if found else None

    return find


#: codes that have a twin for what cannot be repaired
_OPEN = ("derivative_written", "prime_written", "condition_written")
_FINDERS: dict[str, Finder] = {
    **SPELLINGS,
    "limit_written": _unread(r"\blim\b"),
    "mapping_written": _mapping,
    "decimal_comma": _decimal_comma,
    "derivative_written": _derivative,
    "prime_written": _prime,
    "condition_written": _condition,
    "about_equal": _about,
    "norm_written": _norm,
    "sum_written": _unread(r"[∑∏]|Σ(?=.*?(?:_[ijkn]\b|[ᵢⱼₖₙ]))"),
    "integral_written": _unread("[∫∮∬]"),
}
