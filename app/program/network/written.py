"""Layers as code, Keras, a printed model or a row of sizes in; the layer line that says the same, out."""

from __future__ import annotations

import ast
import re

from app.errors import ProgramError
from app.program.network.calls import Unwritten, pieces
from app.program.network.line import known, layers
from app.program.network.parts import of_parts
from app.program.network.recognise import is_line
from app.program.network.sklearn import alone

_COMMENT = re.compile(r"#.*|//.*")
_KERAS = re.compile(r"^[ \t]*(?:from|import)\s+(?:tensorflow|keras)\b.*$", re.M)
_WRAPPER = re.compile(
    r"(?:\w+\s*=\s*)?(?:(?:[\w.]+\.)?(?:Sequential|ModuleList)\s*\(\s*(?:\[(.*)\][\s,]*|(.*))\)|\[(.*)\])",
    re.S,
)
_EMPTY = re.compile(r"^[ \t]*(?:\w+\s*=\s*)?(?:[a-z.]+\.)?Sequential\(\s*\)\s*$", re.M)
_ADDED = re.compile(r"^[ \t]*\w+\.add\((.*)\)\s*$", re.M)
_DONE = re.compile(r"^[ \t]*\w+\.(?:summary|build|fit|evaluate)\(.*\)\s*$", re.M)
_COMPILED = re.compile(r"^[ \t]*\w+\.compile\((.*)\)\s*$", re.M | re.S)
_LOSS = re.compile(r"""loss\s*=\s*(?:["'](\w+)["']|[\w.]*?(\w+)\()""")
_LABEL = re.compile(r"^(?:\(?\w+\)?\s*:|(?:self\.)?\w+\s*=(?!=))\s*")
_ARROW = re.compile(r"→|⟶|➔|⇒|-+>|=+>|\|>|>>|>|\|")
_SIZES = re.compile(
    r"""^(?:(?:an?\s+)?(mlp|nn|ann|dnn|ffn|net|network|red|perceptron|feedforward|layers|
        layer_sizes|sizes|capas)\s*[:=]?\s*)?
    ([\[(])?\s*(\d+(?:\s*[-,–—]\s*\d+|\s+\d+)+)\s*[\])]?\s*,?\s*((?:\w+\s*,?\s*){0,3})$""",
    re.X | re.I,
)
_NAMED = re.compile(
    r"(?:input|in|entrada|hidden\d?|oculta\d?|output|out|salida)(?:[ _](?:size|dim|layer))?\d?\s*[:=]?\s*(\d+)",
    re.I,
)
#: fc1: 784 x 256
_TIMES = re.compile(
    r"^[ \t]*(?:fc|linear|dense|lin)\w*\s*[:=]\s*(\d+)\s*[x×]\s*(\d+)[ \t]*$", re.M | re.I
)
#: MLP(784, [128, 64], 10)
_MLP = re.compile(r"^\w*MLP\w*\(\s*(\d+)\s*,\s*[\[(]\s*([\d,\s]+?)[,\s]*[\])]\s*,\s*(\d+)\s*\)$")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?$")


def written(text: str) -> str | None:
    """None where anything in it is not a layer this page knows, or it needs no rewriting."""
    bare = _COMMENT.sub("", text).strip()
    if not bare or len(bare) > 20_000:
        return None
    try:
        bare = _TIMES.sub(r"Linear(\1, \2)", _MLP.sub(r"mlp \1, \2, \3", bare))
        line = (
            _unlabelled(bare) or alone(bare) or _of_sizes(bare) or of_parts(bare) or _of_calls(bare)
        )
        return line if line and layers(line) else None
    except (Unwritten, ProgramError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unlabelled(text: str) -> str | None:
    """MLP: 784 → 128 → 10."""
    rest = _LABEL.sub("", text)
    return rest if rest != text and is_line(rest) and not rest.isdigit() else None


def _of_sizes(text: str) -> str | None:
    """784-128-10, MLP [784, 128, 10]: what stands between two sizes is a linear layer and a relu."""
    named_sizes = [_NAMED.fullmatch(part.strip()) for part in re.split(r"[,;\n]", text)]
    if len(named_sizes) > 1 and all(named_sizes):
        text = "mlp " + " ".join(part[1] for part in named_sizes if part)
    found = _SIZES.match(text) if len(text) < 200 else None
    if found is None or _DATE.match(text):
        return None
    named, bracket, row, words = found.groups()
    if not named and (bracket or not re.fullmatch(r"\d+(?:[-–—]\d+){2,}", row)):
        return None
    kinds = [kind for word in re.findall(r"\w+", words) if (kind := known(word))]
    if len(kinds) != len(re.findall(r"\w+", words)):
        return None
    hidden, *ending = kinds or ["relu"]
    sizes = re.findall(r"\d+", row)
    middle = [f"{size} {hidden}" for size in sizes[1:-1]]
    return ", ".join([" → ".join([sizes[0], *middle, sizes[-1]]), *ending])


def _of_calls(text: str) -> str | None:
    items = _items(_unwrapped(text))
    loss = _LOSS.search(compiled[1]) if (compiled := _COMPILED.search(text)) else None
    found: list[str] = []
    for item in items:
        found += pieces(ast.parse(item, mode="eval").body, first=not found)
    sized = any(re.search(r"\d", piece) for piece in found)
    if not sized or not re.search(r"\w[(\[]", text.replace("Sequential(", "")):
        return None
    if loss:
        found += pieces(ast.Name(loss[1] or loss[2]), first=False)
    return ", ".join(found)


def _unwrapped(text: str) -> str:
    """Without the list or Sequential around the layers, and without Keras' other calls."""
    text = _COMPILED.sub("", _DONE.sub("", _EMPTY.sub("", _KERAS.sub("", text)))).strip()
    text = _ADDED.sub(r"\1", text)
    wrapper = _WRAPPER.fullmatch(text)
    return next((inner for inner in wrapper.groups() if inner is not None), "") if wrapper else text


def _items(text: str) -> list[str]:
    """Split at commas, line ends and arrows outside brackets; labels left out."""
    found, depth, place, start = [], 0, 0, 0
    while place < len(text):
        depth += (text[place] in "([") - (text[place] in ")]")
        arrow = _ARROW.match(text, place) if depth == 0 else None
        if arrow or (depth == 0 and text[place] in ",;\n"):
            found.append(text[start:place])
            start = place = arrow.end() if arrow else place + 1
        else:
            place += 1
    found.append(text[start:])
    return [_LABEL.sub("", item.strip()) for item in found if item.strip()]
