"""A program and what it failed with in; the program that runs here instead, out."""

from __future__ import annotations

import ast
import re

#: pictures' channels, height, width and number of classes
PICTURES = {
    "MNIST": (1, 28, 28, 10), "FashionMNIST": (1, 28, 28, 10), "KMNIST": (1, 28, 28, 10),
    "QMNIST": (1, 28, 28, 10), "EMNIST": (1, 28, 28, 47), "USPS": (1, 16, 16, 10),
    "CIFAR10": (3, 32, 32, 10), "CIFAR100": (3, 32, 32, 100), "SVHN": (3, 32, 32, 10),
    "STL10": (3, 96, 96, 10),
}  # fmt: skip
#: pictures made in the place of a set that would be downloaded
COUNT = 64


def on_cpu(source: str) -> str | None:
    """Without .cuda() and "cuda"."""
    plain = re.sub(r"\.cuda\(\s*(?:\w+|['\"][\w:]+['\"]|non_blocking=\w+)?\s*\)", "", source)
    plain = re.sub(r"""(['"])(?:cuda|mps|xpu)(?::\d+)?\1""", r"\1cpu\1", plain)
    return plain if plain != source else None


def without_loading(source: str) -> str | None:
    """Without the statements that read weights, or use what was read to fill a module."""
    tree = _tree(source)
    if tree is None:
        return None
    gone: list[ast.stmt] = []
    names: set[str] = set()
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        if isinstance(statement, ast.Assign) and _mentions(statement.value, {"load"}, "torch"):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
            gone.append(statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and (
            _mentions(node, {"load"}, "torch")
            or (_mentions(node, {"load_state_dict"}) and _names(node) & names)
        ):
            gone.append(node)
    return _without(source, gone, tree) if gone else None


def without_asking(source: str) -> str | None:
    """Every input(…) as if 1 had been typed."""
    tree = _tree(source)
    calls = [
        node
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "input"
    ]
    return _replaced(source, dict.fromkeys(calls, '"1"')) if calls else None


def with_random_pictures(source: str) -> str | None:
    """Random pictures of the same shape in the place of a set that would be downloaded."""
    tree = _tree(source)
    if tree is None:
        return None
    sets = {
        node: _pictures(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := ast.unparse(node.func).split(".")[-1]) in PICTURES
    }
    if not sets:
        return None
    text = _replaced(source, sets)
    changed = _tree(text)
    return _without_torchvision(text, changed) if changed else None


def _pictures(name: str) -> str:
    channels, height, width, classes = PICTURES[name]
    pictures = f"torch.rand({COUNT}, {channels}, {height}, {width})"
    return f"torch.utils.data.TensorDataset({pictures}, torch.randint(0, {classes}, ({COUNT},)))"


def _without_torchvision(source: str, tree: ast.Module) -> str:
    """Its imports, and what is made of them only to be handed to the sets that are gone."""
    imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "torchvision" in ast.unparse(node)
    ]
    bound = {
        alias.asname or alias.name.split(".")[0] for node in imports for alias in node.names
    } - {"torch"}
    made = [
        node for node in tree.body if isinstance(node, ast.Assign) and _names(node.value) & bound
    ]
    used = set().union(*(_names(node) for node in tree.body if node not in made), set())
    targets = set().union(*(_names(target) for node in made for target in node.targets), set())
    if (bound | targets) & used:
        return source
    return _without(source, [*imports, *made], tree)


def with_defaults(source: str) -> str | None:
    """Arguments a command line would have to give, as options with a value."""

    def option(call: re.Match[str]) -> str:
        quote, name, rest = call.groups()
        if "default=" in rest or (name[0] == "-" and "required=True" not in rest):
            return call[0]
        value = "1" if re.search(r"type=(?:int|float)", rest) else '"1"'
        rest = re.sub(r",\s*(?:required=True|nargs=[^,)]+)", "", rest)
        dashes = "" if name[0] == "-" else "--"
        return f"add_argument({quote}{dashes}{name}{quote}{rest}, default={value})"

    text = re.sub(r"add_argument\((['\"])([\w-]+)\1((?:[^()]|\([^()]*\))*?),?\s*\)", option, source)
    return text if text != source else None


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _mentions(node: ast.AST, attributes: set[str], of: str | None = None) -> bool:
    return any(
        isinstance(inner, ast.Attribute)
        and inner.attr in attributes
        and (of is None or (isinstance(inner.value, ast.Name) and inner.value.id == of))
        for inner in ast.walk(node)
    )


def _replaced(source: str, texts: dict[ast.Call, str]) -> str:
    """Each call as its text; later ones first, so that places stay true."""
    rows = [line.encode() for line in source.split("\n")]
    for node in sorted(texts, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        after = rows[last][node.end_col_offset :]
        rows[first : last + 1] = [rows[first][: node.col_offset] + texts[node].encode() + after]
    return b"\n".join(rows).decode()


def _without(source: str, statements: list[ast.stmt], tree: ast.Module) -> str:
    """Without whole lines; `pass` where a block would be left empty."""
    rows: list[str | None] = list(source.split("\n"))
    top = {id(node) for node in tree.body}
    for node in statements:
        last = node.end_lineno or node.lineno
        margin = (rows[node.lineno - 1] or "")[: node.col_offset]
        rows[node.lineno - 1 : last] = [None] * (last - node.lineno + 1)
        if id(node) not in top:
            rows[node.lineno - 1] = f"{margin}pass"
    return "\n".join(row for row in rows if row is not None)
