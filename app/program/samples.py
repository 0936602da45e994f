"""A program that reads texts, or is written for another library of gradients, in; the same with a
sample text, or with torch, in its stead, out."""

from __future__ import annotations

import ast
import re

_NAMES = "emma olivia ava isabella sophia charlotte mia amelia harper evelyn abigail emily".split()
_PLAY = (
    "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n\n"
    "First Citizen:\nYou are all resolved rather to die than to famish?\n\nAll:\nResolved. resolved.\n\n"
    "First Citizen:\nFirst, you know Caius Marcius is chief enemy to the people.\n"
) * 2
_VALUE = """import torch


def Value(data, *_):
    return torch.tensor(float(data), requires_grad=True)
"""
_MICROGRAD = re.compile(r"^[ \t]*from\s+micrograd(?:\.engine)?\s+import\s+Value[ \t]*$", re.M)
#: JAX's names that torch has under others; the rest of jnp has the same
_JAX = (
    (r"^[ \t]*import jax\.numpy as jnp[ \t]*$", "import torch"),
    (r"^[ \t]*(?:import jax(?:\.\w+)*|from jax import (?:numpy as jnp)?)(?: as \w+)?[ \t]*\n", ""),
    (r"^[ \t]*from jax import [\w, ]+\n", ""),
    (r"\bjnp\.(?:array|asarray)\(", "torch.tensor("),
    (r"\bjax\.nn\.(relu|sigmoid|softmax|tanh)\b", r"torch.\1"),
    (r"\bjnp\.dot\b", "torch.matmul"),
    (r"\bjnp\.", "torch."),
    (r"(?<![\w.])(grad|vmap|hessian|jacfwd|jacrev)\(", r"torch.func.\1("),
    (r"\bjax\.(grad|vmap|hessian|jacfwd|jacrev)\(", r"torch.func.\1("),
    (r"@(?:jax\.)?jit[ \t]*\n", ""),
    (r"\bjax\.jit\((\w+)\)", r"\1"),
)


def with_sample_text(source: str) -> str | None:
    """Every open(…) for reading as a text of the same kind: names, or a play."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _reads(node)]
    if not calls:
        return None
    rows = [line.encode() for line in source.split("\n")]
    for node in sorted(calls, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if node.lineno != node.end_lineno:
            return None
        row = rows[node.lineno - 1]
        text = "\n".join(_NAMES) if b"name" in row[node.col_offset : node.end_col_offset] else _PLAY
        put = f"io.StringIO({text!r})".encode()
        rows[node.lineno - 1] = row[: node.col_offset] + put + row[node.end_col_offset :]
    return "import io\n" + b"\n".join(rows).decode()


def _reads(node: ast.Call) -> bool:
    """Whether it opens a text to read it."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "open" and node.args):
        return False
    path = node.args[0]
    is_text = not isinstance(path, ast.Constant) or str(path.value).endswith((".txt", ".md"))
    modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
    mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else "r"
    return is_text and mode in ("r", "rt")


def in_torch(source: str) -> str | None:
    """micrograd's Value as a tensor; JAX's calls as torch's."""
    if _MICROGRAD.search(source):
        return _MICROGRAD.sub(lambda _: _VALUE, source, count=1)
    if not re.search(r"\bjnp\.|\bjax\.grad\b", source) or "jax.random" in source:
        return None
    text = source
    for pattern, put in _JAX:
        text = re.sub(pattern, put, text, flags=re.M)
    text = text if re.search(r"^import torch\b", text, re.M) else f"import torch\n{text}"
    return None if re.search(r"\bjax\b|\bjnp\b", text) else text
