"""A GPT configuration without braces (YAML, TOML, assignments, a dataclass, a table, a Config that a
program makes) in; the same text with nothing but its entries, every character in its place, out."""

from __future__ import annotations

import re

#: lines that hold no entry: sections, dataclass headers, imports, models made of the configuration
_AROUND = re.compile(
    r"""\s*(?: \[[\w.\s"'-]+\] | ["']?[\w-]+["']?\s*: | -{3,} | \|?[\s:|-]+\|? | @dataclass\S*
      | class\s+\w+(?:\([\w., ]*\))?: | (?:from|import)\s+(?:dataclasses|typing|transformers|torch)\b.*
      | \|?\s*(?:\w+\s*\|\s*)?(?:value|valor|default)\s*\|? | [\"']{3}[^\"']*[\"']{3}
      | (?!\w+\s*=\s*\w*Config\()(?:\w+\s*=\s*)?\w+\(\w*[cC]onfig\w*\) | print\((?:model|config|net)\w*\) )\s*""",
    re.X | re.I,
)
_VALUE = r"""(?:"[^"]*"|'[^']*'|[\w.+/-]+)"""
_ENTRY = re.compile(
    rf"""\s*(?:[-*•]\s+)?(?P<name>["'`]?[^\W\d][\w.]*["'`]?)
      \s*(?P<kind>:\s*(?:int|float|bool|str|Optional\[\w+\]|\w+\s*\|\s*None)\s*(?==))?[:=]\s*{_VALUE}?\s*""",
    re.X,
)
_ROW = re.compile(
    rf"\s*(?P<first>\|)?\s*[`*]*[^\W\d]\w*[`*]*\s*(?P<mark>\|)\s*`?{_VALUE}`?\s*(?P<last>\|)?.*"
)
_COMMENT = re.compile(r"(?:#|//).*")
_CALL = re.compile(r"^\s*(?:\w+\s*=\s*)?\w*Config\s*\(", re.M)


def bare(source: str) -> str | None:
    """None where there is anything else in it."""
    lines = source.split("\n")
    if _CALL.search(source):
        return "\n".join(" " * len(line) if _AROUND.fullmatch(line) else line for line in lines)
    found = [_line(line, _COMMENT.sub("", line)) for line in lines]
    return None if None in found else "\n".join(line for line in found if line is not None)


#: what completes a configuration; small, so that it runs at once
MISSING = {"vocab_size": 256, "context_length": 64, "emb_dim": 64, "n_heads": 4, "n_layers": 4}


def completed(source: str, missing: list[str]) -> str:
    """With a line for each missing entry, written as the last one is."""
    last = source.rstrip().split("\n")[-1]
    margin = last[: len(last) - len(last.lstrip())]
    mark = ": int =" if re.search(r":\s*\w+\s*=", last) else " =" if "=" in last else ":"
    added = [f"{margin}{name}{mark} {MISSING[name]}" for name in missing]
    return "\n".join([source.rstrip(), *added, ""])


def _line(line: str, text: str) -> str | None:
    if not text.strip() or _AROUND.fullmatch(text):
        return " " * len(line)
    if row := _ROW.fullmatch(text):
        return _row(text, row) + line[len(text) :]
    written, rest = "", text
    for part in re.split(r"([,;])", text):
        entry = _ENTRY.fullmatch(part)
        if part.strip(" ,;") and entry is None:
            return None
        if entry and entry["kind"]:
            start, end = entry.span("kind")
            part = part[:start] + " " * (end - start) + part[end:]
        written += part.replace("`", " ")
    return written + line[len(rest) :]


def _row(text: str, row: re.Match[str]) -> str:
    """| name | value | as an entry."""
    end = row.start("last") if row["last"] else len(text)
    letters = list(text[:end].replace("`", " ").replace("*", " ")) + [" "] * (len(text) - end)
    letters[row.start("mark")] = ":"
    if row["first"]:
        letters[row.start("first")] = " "
    return "".join(letters)
