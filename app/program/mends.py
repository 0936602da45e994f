"""What a program failed with, and where, in; the program with that place mended, out."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable

from app.graph import Span

#: codes whose marked text itself is rewritten: a pattern, and what takes its place
_REWRITES = {
    "numpy_of_gradient": (r"\.numpy\(", ".detach().numpy("),
    "view_refused": (r"\.view\(", ".reshape("),
    "non_scalar_backward": (r"\.backward\(\s*\)", ".sum().backward()"),
}
#: keywords people misspell
KEYWORDS = (
    "requires_grad dtype device dim keepdim bias lr momentum weight_decay kernel_size stride padding"
    " in_features out_features in_channels out_channels batch_first num_layers hidden_size reduction"
    " dropout retain_graph create_graph batch_size shuffle size gradient"
).split()
_INTEGER = re.compile(r"(?<![\w.\"'=])(\d+)(?![\w.\"'])")


def mended_at(code: str, source: str, span: Span | None, near: str = "") -> str | None:
    """None where nothing is known that would do."""
    if span is None or span.line > source.count("\n") + 1:
        return None
    if code == "inplace_leaf":
        return without_gradient(source, span.line)
    if span.line != span.end_line:
        return None
    line = source.split("\n")[span.line - 1]
    text = line[span.column : span.end_column]
    found = _WAYS[code](text, near) if code in _WAYS else _rewritten(code, text)
    if code == "number_backward":
        return _kept_tensor(source, text)
    return None if found is None or found == text else _put(source, span, found)


def _put(source: str, span: Span, text: str) -> str:
    lines = source.split("\n")
    line = lines[span.line - 1]
    lines[span.line - 1] = line[: span.column] + text + line[span.end_column :]
    return "\n".join(lines)


def _rewritten(code: str, text: str) -> str | None:
    """The last place only: the call that failed is the outermost."""
    if code not in _REWRITES:
        return None
    pattern, put = _REWRITES[code]
    found = list(re.finditer(pattern, text))
    return text[: found[-1].start()] + put + text[found[-1].end() :] if found else None


def _floats(text: str, _: str) -> str | None:
    """torch.tensor([1, 2], requires_grad=True) with decimal points."""
    if not re.match(r"(?:torch\.)?(?:tensor|arange)\(", text):
        return None
    return _INTEGER.sub(r"\1.0", text)


def _long_target(text: str, _: str) -> str | None:
    """A loss's target as class numbers."""
    try:
        call = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or len(call.args) < 2 or not text.isascii():
        return None
    target = call.args[1]
    start, end = target.col_offset, target.end_col_offset
    simple = isinstance(target, ast.Name | ast.Attribute | ast.Call | ast.Subscript)
    written = text[start:end] if simple else f"({text[start:end]})"
    return f"{text[:start]}{written}.long(){text[end:]}"


def _renamed(text: str, near: str) -> str | None:
    """A name, or the attribute at the end of what is marked."""
    return re.sub(r"[^\W\d]\w*$", near, text) if near else None


def _kept_tensor(source: str, text: str) -> str | None:
    """loss = ….item() that backward() is called of, without the item()."""
    name = re.match(r"[^\W\d]\w*", text)
    if name is None:
        return None
    found = re.sub(rf"(?m)^(\s*{name[0]}\s*=[^=].*)\.item\(\)[ \t]*$", r"\1", source)
    return found if found != source else None


def without_gradient(source: str, line: int) -> str | None:
    """The statement there within torch.no_grad()."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    here = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr))
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if len(here) != 1:
        return None
    first, last = here[0].lineno - 1, here[0].end_lineno or here[0].lineno
    lines = source.split("\n")
    margin = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    if here[0].col_offset != len(margin):
        return None
    inner = [f"    {text}" if text.strip() else text for text in lines[first:last]]
    return "\n".join([*lines[:first], f"{margin}with torch.no_grad():", *inner, *lines[last:]])


def near_keyword(name: str) -> str | None:
    """The keyword of torch's that is most like it."""
    near = difflib.get_close_matches(name, KEYWORDS, 1, 0.7)
    return near[0] if near else None


def _rekeyed(text: str, near: str) -> str | None:
    """The keyword most like the one meant, by its right name."""
    wrong = [
        w for w in re.findall(r"(\w+)\s*=(?!=)", text) if w != near and near_keyword(w) == near
    ]
    return re.sub(rf"\b{wrong[0]}(\s*=)", rf"{near}\1", text) if len(wrong) == 1 else None


def _listed(text: str, _: str) -> str:
    """SGD(w, …) as SGD([w], …)."""
    return re.sub(r"\(\s*([^\W\d][\w.]*)\s*(?=[,)])", r"([\1]", text, count=1)


def resized(source: str, layer: str, takes: str, given: str, gives: str) -> str | None:
    """The layer made for what comes, where only one was made with those sizes."""
    wrong = re.compile(
        rf"({layer}\(\s*(?:in_\w+\s*=\s*)?){takes}(\s*,\s*(?:out_\w+\s*=\s*)?{gives}\b)"
    )
    found, count = wrong.subn(rf"\g<1>{given}\2", source)
    return found if count == 1 else None


_WAYS: dict[str, Callable[[str, str], str | None]] = {
    "integer_requires_grad": _floats,
    "dtype_target": _long_target,
    "wrong_keyword_near": _rekeyed,
    "optimizer_list": _listed,
    "undefined_name_near": _renamed,
    "missing_attribute_near": _renamed,
}


class Looped:
    """The innermost loop around a line, and what one round of it hands to the next."""

    def __init__(self, source: str, line: int) -> None:
        self.source = source
        loops = [
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.For | ast.While)
            and node.lineno < line <= (node.end_lineno or node.lineno)
        ]
        self.loop = max(loops, key=lambda node: node.lineno, default=None)

    @property
    def repeats(self) -> bool:
        """Whether the loop has one backward, which then ran twice."""
        return self.loop is not None and ast.unparse(self.loop).count(".backward(") == 1

    def detached(self) -> str | None:
        """With h = h.detach() at its start for every h = f(…, h) in it."""
        if self.loop is None:
            return None
        names: list[str] = []
        for node in ast.walk(self.loop):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                given = {arg.id for arg in node.value.args if isinstance(arg, ast.Name)}
                set_ = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
                names += [name for name in sorted(given & set_) if name not in names]
        lines, first = self.source.split("\n"), self.loop.body[0]
        if not names or first.lineno == self.loop.lineno:
            return None
        margin = " " * first.col_offset
        put = [f"{margin}{name} = {name}.detach()" for name in names]
        return "\n".join([*lines[: first.lineno - 1], *put, *lines[first.lineno - 1 :]])
