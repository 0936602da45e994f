"""THE TABLE: every op whose mathematics is known, by public name."""

from __future__ import annotations

from app.ops.elementwise import ELEMENTWISE
from app.ops.mixing import MIXING
from app.ops.networks import NETWORKS
from app.ops.row import Row
from app.ops.second import SECOND

TABLE: dict[str, Row] = {row.op: row for row in (*ELEMENTWISE, *MIXING, *NETWORKS, *SECOND)}
#: other names for the same op
ALIASES = {
    "absolute": "abs",
    "negative": "neg",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "truediv": "div",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "expit": "sigmoid",
    "fix": "trunc",
    "ger": "outer",
    "row_stack": "vstack",
    "msort": "sort",
    "T": "T",
    "polar": "polar",
    "xlogy_": "xlogy",
    "log_sigmoid": "logsigmoid",
    "_threshold": "threshold",
    "split_with_sizes": "split",
    "_unsafe_view": "view",
}


def row_of(op: str) -> Row | None:
    """The row of an op by its public name; an in-place op is its own op followed by a copy."""
    found = TABLE.get(op) or TABLE.get(ALIASES.get(op, ""))
    if found is None and op.startswith(("linalg_", "special_")):
        return row_of(op.partition("_")[2])  # torch.linalg.inv calls itself linalg_inv
    if found is None and op.endswith("_") and not op.startswith("_"):
        return row_of(op.rstrip("_"))
    return found
