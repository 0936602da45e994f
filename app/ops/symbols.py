"""An op's public name and the numbers it was called with in; the sign on its card out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: op → sign; `{0}` is the first plain number among its arguments
SIGNS: dict[str, str] = {
    "add": "+",
    "add_": "+=",
    "sub": "−",
    "sub_": "−=",
    "rsub": "{0} −",
    "mul": "×",
    "mul_": "×=",
    "div": "÷",
    "div_": "÷=",
    "rdiv": "{0} ÷",
    "floor_divide": "floor ÷",
    "remainder": "mod",
    "pow": "x^y",
    "rpow": "{0}^x",
    "neg": "−x",
    "matmul": "@",
    "mm": "@",
    "bmm": "@",
    "mv": "@",
    "dot": "·",
    "sum": "Σ",
    "prod": "Π",
    "mean": "mean",
    "sqrt": "√",
    "rsqrt": "1/√",
    "square": "x²",
    "reciprocal": "1/x",
    "abs": "|x|",
    "exp": "exp",
    "log": "ln",
    "sigmoid": "σ",
    "norm": "norm",
    "t": "T",
    "T": "T",
    "mT": "T",
    "H": "H",
    "mH": "H",
    "transpose": "T",
    "getitem": "[ ]",
    "setitem": "[ ]=",
    "gt": ">",
    "lt": "<",
    "ge": "≥",
    "le": "≤",
    "eq": "=",
    "ne": "≠",
    "and": "and",
    "or": "or",
    "invert": "¬",
    "grad": "∂",
    "cross_entropy": "CE",
    "binary_cross_entropy": "BCE",
    "binary_cross_entropy_with_logits": "BCE · σ",
    "mse_loss": "MSE",
    "l1_loss": "L1",
    "nll_loss": "NLL",
    "scaled_dot_product_attention": "attention",
    "layer_norm": "layer norm",
    "batch_norm": "batch norm",
}
#: signs that read better with the one number they were called with
WITH_NUMBER: dict[str, str] = {
    "add": "+ {0}",
    "sub": "− {0}",
    "mul": "× {0}",
    "div": "÷ {0}",
    "add_": "+= {0}",
    "sub_": "−= {0}",
    "mul_": "×= {0}",
    "div_": "÷= {0}",
    "gt": "> {0}",
    "lt": "< {0}",
    "ge": "≥ {0}",
    "le": "≤ {0}",
    "eq": "= {0}",
    "ne": "≠ {0}",
    "remainder": "mod {0}",
    "floor_divide": "floor ÷ {0}",
}
#: dunder and alias names → torch's public name
PUBLIC: dict[str, str] = {
    "radd": "add",
    "rmul": "mul",
    "iadd": "add_",
    "isub": "sub_",
    "imul": "mul_",
    "itruediv": "div_",
    "ipow": "pow_",
    "truediv": "div",
    "rtruediv": "rdiv",
    "rmatmul": "matmul",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "multiply": "mul",
    "subtract": "sub",
    "divide": "div",
    "true_divide": "div",
    "negative": "neg",
    "absolute": "abs",
    "greater": "gt",
    "less": "lt",
    "cross_entropy_loss": "cross_entropy",
}
SUPERSCRIPTS = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


def public_name(name: str) -> str:
    """`__rsub__` → `rsub`, `multiply` → `mul`; everything else as torch calls it."""
    if name.startswith("__") and name.endswith("__"):
        name = name[2:-2]
    return PUBLIC.get(name, name)


def symbol_of(op: str, literals: Sequence[Any]) -> str:
    """The sign of an op called with these plain numbers beside its tensors."""
    numbers = [short(x) for x in literals if isinstance(x, (int, float))]
    if op == "pow" and len(numbers) == 1:
        text = numbers[0]
        return "x" + text.translate(SUPERSCRIPTS) if text.isdigit() else f"x^{text}"
    if len(numbers) == 1 and op in WITH_NUMBER:
        return WITH_NUMBER[op].format(numbers[0])
    if op.endswith(("_backward", "_backward_data")):
        forward = op.strip("_").partition("_backward")[0].removeprefix("native_")
        return SIGNS.get(forward, forward) + "′"
    sign = SIGNS.get(op, op)
    if "{0}" in sign:
        return sign.format(numbers[0] if numbers else "c")
    return sign


def short(x: float) -> str:
    """A literal as written on a card: up to four significant digits."""
    if isinstance(x, bool):
        return str(x)
    return str(x) if isinstance(x, int) else f"{x:.4g}"
