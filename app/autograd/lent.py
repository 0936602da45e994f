"""A program's tree in; the imports it leaves out, and their modules, out."""

from __future__ import annotations

import ast
import sys
from typing import Any

#: names every tutorial means the same by, lent to a fragment that leaves its imports out
LENT = {
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "optim": "import torch.optim as optim",
    "np": "import numpy as np",
    "math": "import math",
}


def lent_to(tree: ast.Module) -> list[str]:
    """Which of those names a program reads but never binds."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read_names = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(alias.asname or alias.name.partition(".")[0]) for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return [name for name in LENT if name in read_names - bound]


def module_of(statement: str) -> Any:
    """The module an import statement of LENT names; all of them are loaded already."""
    return sys.modules[statement.split()[1]]
