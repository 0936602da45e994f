"""The name of a function of our formulas in; how it is written in LaTeX, out."""

from __future__ import annotations

#: how calls are written; `{0}` is the first argument. Others are \operatorname{name}(arguments).
CALLS: dict[str, str] = {
    "exp": "e^{{{0}}}",
    "exp2": "2^{{{0}}}",
    "log": r"\ln\left({0}\right)",
    "log2": r"\log_2\left({0}\right)",
    "log10": r"\log_{{10}}\left({0}\right)",
    "sqrt": r"\sqrt{{{0}}}",
    "abs": r"\left\lvert {0}\right\rvert",
    "sin": r"\sin\left({0}\right)",
    "cos": r"\cos\left({0}\right)",
    "tan": r"\tan\left({0}\right)",
    "asin": r"\arcsin\left({0}\right)",
    "acos": r"\arccos\left({0}\right)",
    "atan": r"\arctan\left({0}\right)",
    "sinh": r"\sinh\left({0}\right)",
    "cosh": r"\cosh\left({0}\right)",
    "tanh": r"\tanh\left({0}\right)",
    "sigmoid": r"\sigma\left({0}\right)",
    "erf": r"\operatorname{{erf}}\left({0}\right)",
    "lgamma": r"\ln\Gamma\left({0}\right)",
    "digamma": r"\psi\left({0}\right)",
    "trigamma": r"\psi'\left({0}\right)",
    "normal_cdf": r"\Phi\left({0}\right)",
    "normal_pdf": r"\varphi\left({0}\right)",
    "maximum": r"\max\left({0},\,{1}\right)",
    "minimum": r"\min\left({0},\,{1}\right)",
    "where": r"\begin{{cases}}{1} & {0}\\ {2} & \text{{else}}\end{{cases}}",
    "T": r"{0}^{{\top}}",
    "inv": r"{0}^{{-1}}",
    "det": r"\det {0}",
    "total": r"\sum {0}",
    "floor": r"\left\lfloor {0}\right\rfloor",
    "ceil": r"\left\lceil {0}\right\rceil",
    "conv": r"{1} \star {0}",
    "conv_input": r"{0} \mathbin{{\star^{{\top}}}} {1}",
    "conv_weight": r"{1} \star {0}",
    "onehot": r"\mathbf{{1}}_{{{0}}}",
    "equals": r"\mathbf{{1}}\left[{0} = {1}\right]",
    "outer": r"{0}\,{1}^{{\top}}",
    "dot": r"{0} \cdot {1}",
    "spread": "{0}",
    "keep": "{0}",
    "rows": "{0}",
    "matmul_left": r"{0}\,{2}^{{\top}}",
    "matmul_right": r"{1}^{{\top}}\,{0}",
    "inner": r"{0}\,{1}^{{\top}}",
    "inner_left": r"{0}\,{2}",
    "inner_right": r"{0}^{{\top}}\,{1}",
    "mean_keep": r"\overline{{{0}}}",
    "mean_at": r"\overline{{{0}}}",
    "mean_groups": r"\overline{{{0}}}",
    "batch_mean": r"\overline{{{0}}}",
    "var_at": r"\operatorname{{var}}\left({0}\right)",
    "var_groups": r"\operatorname{{var}}\left({0}\right)",
    "batch_variance": r"\operatorname{{var}}\left({0}\right)",
    "batch_norm_back": r"\frac{{{0} - \overline{{{0}}} - {1}\,\overline{{{0}\,{1}}}}}{{{2}}}",
    "within": r"\mathbf{{1}}\left[{1} \le {0} \le {2}\right]",
    "at_most": r"\min\left({0},\,{1}\right)",
    "at_least": r"\max\left({0},\,{1}\right)",
    "preferred": r"\mathbf{{1}}\left[{0} > {1}\right]",
    "kept": r"m",
    "signbit_of": r"\operatorname{{sign}}\left({0}\right)",
    "sign": r"\operatorname{{sign}}\left({0}\right)",
    "is_finite": r"\left\lvert {0}\right\rvert < \infty",
    "is_nan": r"{0} = \mathrm{{NaN}}",
    "is_positive": r"{0} > 0",
    "finite": "{0}",
    "route_max": r"{0} \odot \mathbf{{1}}\left[{1} = \max {1}\right]",
    "route_min": r"{0} \odot \mathbf{{1}}\left[{1} = \min {1}\right]",
    "route_median": r"{0} \odot \mathbf{{1}}\left[{1} = \operatorname{{median}} {1}\right]",
    "sorted": r"\text{{sorted}}\left({0}\right)",
    "sorted_back": r"\text{{back in the order of }} {1}\left({0}\right)",
    "top": r"\text{{top-}}{1}\left({0}\right)",
    "top_back": r"\text{{to the chosen of }} {1}\left({0}\right)",
    "kth": r"\text{{the }} {1}\text{{-th smallest of }} {0}",
    "kth_back": r"\text{{to that element of }} {1}\left({0}\right)",
    "route_running": r"\text{{to the last extremum}}\left({0}\right)",
    "channel": "{0}",
    "channel_sum": r"\sum {0}",
    "bias": "{0}",
    "bias_at": "{0}",
    "sum_but": r"\sum {0}",
    "lift": "{0}",
    "identity_like": "I",
    "power": r"{{{0}}}^{{{1}}}",
    "matrix_exp": "e^{{{0}}}",
    "cholesky": r"\operatorname{{chol}}\left({0}\right)",
    "reshape_like": r"\text{{reshaped}}\left({0}\right)",
    "reshaped": r"\text{{reshaped}}\left({0}\right)",
    "swapped": r"{0}^{{\top}}",
    "expanded": r"\text{{expanded}}\left({0}\right)",
    "summed_to": r"\sum {0}",
    "at": r"{0}\left[{1}\right]",
    "put": r"\text{{put}}_{{{2}}}\left({0}\right)",
    "rows_at": r"{0}\left[{1}\right]",
    "rows_put": r"\text{{put}}_{{{2}}}\left({0}\right)",
    "max_pooled": r"\text{{max-pool}}\left({0}\right)",
    "max_pooled_back": r"\text{{to the largest of each window}}\left({0}\right)",
    "mean_pooled": r"\text{{avg-pool}}\left({0}\right)",
    "mean_pooled_back": r"\text{{spread over each window}}\left({0}\right)",
    "mean_binned": r"\text{{avg-pool}}\left({0}\right)",
    "mean_binned_back": r"\text{{spread over each window}}\left({0}\right)",
    "softmax_classes": r"\operatorname{{softmax}}\left({0}\right)",
    "class_targets": r"\operatorname{{onehot}}\left({0}\right)",
    "lift_classes": "{0}",
    "class_weight": "w",
    "picked": r"{0}\left[{1}\right]",
    "weighted": r"w \odot {0}",
    "summed": r"\sum {0}",
    "attention": r"\operatorname{{softmax}}\left(s\,{0}\,{1}^{{\top}}\right)",
    "running_sum": r"\text{{cumsum}}\left({0}\right)",
    "running_sum_back": r"\text{{cumsum from the end}}\left({0}\right)",
    "product3": r"{0}^{{\top}}\,{1}\,{2}",
    "joined": r"\text{{cat}}\left({0}\right)",
    "joined_back": r"\text{{split}}\left({0}\right)",
    "stacked": r"\text{{stack}}\left({0}\right)",
    "stacked_back": r"\text{{unstack}}\left({0}\right)",
    "pieces_back": r"\text{{cat}}\left({0}\right)",
    "slices_back": r"\text{{stack}}\left({0}\right)",
    "averaged_by": "N",
    "tiny": r"\epsilon",
}

#: arguments of these are no operands of +, −, · and want parentheses unless simple
POSTFIX = frozenset(
    "T inv conv_input conv_weight conv det matmul_left matmul_right swapped power inner".split()
)
#: these begin with a big operator: parentheses around their argument, and around them in a product
BIG = frozenset("total sum_over sum_keep sum_but summed summed_to product_over".split())
#: products without brackets of their own
LOOSE = frozenset("route_max route_min route_median weighted product3".split())


def special(name: str, arguments: list[str]) -> str | None:
    """Functions written differently by what they are given; None for all others."""
    if name in ("sum_over", "sum_keep", "product_over"):
        sign = r"\prod" if name == "product_over" else r"\sum"
        return f"{sign}{_below(arguments[1:])} {arguments[0]}"
    if name in ("mean_over", "max_over", "min_over", "median_over"):
        word = name.partition("_")[0]
        operator = rf"\{word}" if word in ("max", "min") else rf"\operatorname{{{word}}}"
        return rf"{operator}{_below(arguments[1:])}\left({arguments[0]}\right)"
    if name in ("norm", "norm_keep"):
        power = arguments[1] if len(arguments) > 1 else "2"
        power = "2" if power in ("", r"\text{fro}") else power
        return rf"\left\lVert {arguments[0]}\right\rVert_{{{power}}}"
    if name == "norm_back":
        return _norm_back(*arguments[:4])
    if name == "reduced":
        each, how = arguments
        return each if how in ("", r"\text{none}") else rf"{how}\left({each}\right)"
    if name == "scaled" or name == "scaled_at":
        return rf"{arguments[0]} \odot {arguments[1]}" if arguments[1] else arguments[0]
    if name == "number_of":
        return "n"
    return None


def _below(dims: list[str]) -> str:
    return f"_{{{dims[0]}}}" if dims and dims[0] else ""


def _norm_back(g: str, x: str, y: str, p: str) -> str:
    if p in ("", "2", r"\text{fro}"):
        return rf"{g}\,\frac{{{x}}}{{{y}}}"
    return rf"{g}\,\operatorname{{sign}}\left({x}\right)\,\left(\frac{{\left\lvert {x}\right\rvert}}{{{y}}}\right)^{{{p}-1}}"
