"""Rows of the layers and losses of neural networks, each with its vector-Jacobian products."""

from __future__ import annotations

from app.ops.row import Row

# a table reads best with a row on a line
# fmt: off

F = "torch.nn.functional."
SOFTMAX = [
    Row("softmax", "softmax", "x dim=None _stacklevel=3 dtype=None", "exp(x) / sum_keep(exp(x), dim)", vjp={"x": "y * (g - sum_keep(g * y, dim))"}, doc=F + "softmax"),
    Row("softmin", "softmax", "x dim=None _stacklevel=3 dtype=None", "exp(-x) / sum_keep(exp(-x), dim)", vjp={"x": "-y * (g - sum_keep(g * y, dim))"}, doc=F + "softmin"),
    Row("log_softmax", "softmax", "x dim=None _stacklevel=3 dtype=None", "x - log(sum_keep(exp(x), dim))", vjp={"x": "g - exp(y) * sum_keep(g, dim)"}, doc=F + "log_softmax"),
]
_TAIL = "stride=1 padding=0 dilation=1 groups=1"
CONVOLUTIONS = [
    *(Row(f"conv{d}d", "convolution", f"x w|weight b|bias=None {_TAIL}", "conv(x, w, stride, padding, dilation, groups) + bias_at(b, 1)", vjp={"x": "conv_input(g, w, x, stride, padding, dilation, groups)", "w": "conv_weight(g, x, w, stride, padding, dilation, groups)", "b": "sum_but(g, 1)"}, doc=F + f"conv{d}d") for d in (1, 2, 3)),
    *(Row(f"conv_transpose{d}d", "convolution", "x w|weight b|bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1", "conv_input_of(x, w, y, stride, padding, dilation, groups) + bias_at(b, 1)", vjp={"x": "conv(g, w, stride, padding, dilation, groups)", "w": "conv_weight(x, g, w, stride, padding, dilation, groups)", "b": "sum_but(g, 1)"}, doc=F + f"conv_transpose{d}d") for d in (1, 2)),
]
POOLING = [
    *(Row(op, "pooling", "x k|kernel_size s|stride=None padding=0 dilation=1 ceil_mode=False return_indices=False", "max_pooled(x, k, s, padding, dilation, ceil_mode)", vjp={"x": "max_pooled_back(g, x, k, s, padding, dilation, ceil_mode)"}, kinks="ties: the first of them", doc=F + op) for op in ("max_pool1d", "max_pool2d", "max_pool3d")),
    *(Row(op, "pooling", "x k|kernel_size s|stride=None padding=0 ceil_mode=False count_include_pad=True", "mean_pooled(x, k, s, padding)", vjp={"x": "mean_pooled_back(g, x, k, s, padding)"}, doc=F + op) for op in ("avg_pool1d", "avg_pool2d")),
    *(Row(f"adaptive_avg_pool{d}d", "pooling", "x n|output_size", "mean_binned(x, n)", vjp={"x": "mean_binned_back(g, x)"}, doc=F + f"adaptive_avg_pool{d}d") for d in (1, 2)),
]
#: u is the upstream gradient times the weight, h the normalised input, r its standard deviation
NORMALISED = "(u - mean_at(u, d) - h * mean_at(u * h, d)) / r"
NORMALISATION = [
    Row("layer_norm", "normalisation", "x shape|normalized_shape w|weight=None b|bias=None eps=1e-05", "scaled(h, w) + bias(b)", vjp={"x": NORMALISED, "w": "g * h", "b": "g"}, let={"d": "last(shape)", "r": "sqrt(var_at(x, d) + eps)", "h": "(x - mean_at(x, d)) / r", "u": "scaled(g, w)"}, doc=F + "layer_norm"),
    Row("rms_norm", "normalisation", "x shape|normalized_shape w|weight=None eps=None", "scaled(h, w)", vjp={"x": "(u - h * mean_at(u * h, d)) / r", "w": "g * h"}, let={"d": "last(shape)", "r": "sqrt(mean_at(x ** 2, d) + tiny(eps, x))", "h": "x / r", "u": "scaled(g, w)"}, doc=F + "rms_norm"),
    Row("batch_norm", "normalisation", "x m|running_mean v|running_var w|weight=None b|bias=None training=False momentum=0.1 eps=1e-05", "scaled_at(h, w, 1) + bias_at(b, 1)", vjp={"x": "batch_norm_back(u, h, r, d, training)", "w": "sum_but(g * h, 1)", "b": "sum_but(g, 1)"}, let={"d": "all_but(x, 1)", "r": "sqrt(batch_variance(x, v, d, training) + eps)", "h": "(x - batch_mean(x, m, d, training)) / r", "u": "scaled_at(g, w, 1)"}, doc=F + "batch_norm"),
    Row("instance_norm", "normalisation", "x m|running_mean=None v|running_var=None w|weight=None b|bias=None stats|use_input_stats=True momentum=0.1 eps=1e-05", "scaled_at(h, w, 1) + bias_at(b, 1)", vjp={"x": NORMALISED, "w": "sum_but(g * h, 1)", "b": "sum_but(g, 1)"}, let={"d": "from_axis(x, 2)", "r": "sqrt(var_at(x, d) + eps)", "h": "(x - mean_at(x, d)) / r", "u": "scaled_at(g, w, 1)"}, doc=F + "instance_norm"),
    Row("group_norm", "normalisation", "x n|num_groups w|weight=None b|bias=None eps=1e-05", "scaled_at(h, w, 1) + bias_at(b, 1)", vjp={"x": "(u - mean_groups(u, n) - h * mean_groups(u * h, n)) / r", "w": "sum_but(g * h, 1)", "b": "sum_but(g, 1)"}, let={"r": "sqrt(var_groups(x, n) + eps)", "h": "(x - mean_groups(x, n)) / r", "u": "scaled_at(g, w, 1)"}, doc=F + "group_norm"),
]
#: how every loss takes its reduction: the sum over all elements divided by N, or nothing
TAKES = "x t|target size_average=None reduce=None reduction=mean"
N = {"N": "averaged_over(x, t, reduction)"}


def _loss(op: str, takes: str, each: str, x: str, kinks: str = "", **more: str) -> Row:
    """`each` is one element's loss, `x` its derivative (as `more` for other arguments)."""
    vjp = {"x": f"g * ({x}) / N"} | {name: f"g * ({text}) / N" for name, text in more.items()}
    return Row(
        op, "loss", takes, f"reduced({each}, reduction)", vjp=vjp, let=N, kinks=kinks, doc=F + op
    )


LOSSES = [
    _loss("mse_loss", TAKES + " weight=None", "(x - t) ** 2", "2 * (x - t)", t="2 * (t - x)"),
    _loss("l1_loss", TAKES, "abs(x - t)", "sign(x - t)", "x = t: 0", t="sign(t - x)"),
    _loss("smooth_l1_loss", TAKES + " beta=1.0", "where(abs(x - t) < beta, (x - t) ** 2 / (2 * beta), abs(x - t) - beta / 2)", "where(abs(x - t) < beta, (x - t) / beta, sign(x - t))"),
    _loss("huber_loss", "x t|target reduction=mean delta=1.0 weight=None", "where(abs(x - t) < delta, (x - t) ** 2 / 2, delta * (abs(x - t) - delta / 2))", "where(abs(x - t) < delta, x - t, delta * sign(x - t))"),
    _loss("binary_cross_entropy", "x t|target weight=None size_average=None reduce=None reduction=mean", "-(t * log(x) + (1 - t) * log(1 - x))", "(x - t) / (x * (1 - x))", "x ∈ {0, 1}: clamped", t="log(1 - x) - log(x)"),
    _loss("binary_cross_entropy_with_logits", "x t|target weight=None size_average=None reduce=None reduction=mean pos_weight=None", "log(1 + exp(x)) - t * x", "sigmoid(x) - t", t="-x"),
    _loss("soft_margin_loss", TAKES, "log(1 + exp(-t * x))", "-t * sigmoid(-t * x)"),
    _loss("poisson_nll_loss", "x t|target log_input=True full=False size_average=None eps=1e-08 reduce=None reduction=mean", "exp(x) - t * x", "exp(x) - t"),
    _loss("hinge_embedding_loss", "x t|target margin=1.0 size_average=None reduce=None reduction=mean", "where(t > 0, x, maximum(0, margin - x))", "where(t > 0, 1, where(x <= margin, -1, 0))", "x = margin: -1"),
    Row("margin_ranking_loss", "loss", "a|input1 b|input2 t|target margin=0 size_average=None reduce=None reduction=mean", "reduced(maximum(0, -t * (a - b) + margin), reduction)", vjp={"a": "where(m, -t, 0) * g / N", "b": "where(m, t, 0) * g / N"}, let={"m": "is_positive(-t * (a - b) + margin)", "N": "averaged_over(a, t, reduction)"}, doc=F + "margin_ranking_loss"),
    Row("kl_div", "loss", "x t|target size_average=None reduce=None reduction=mean log_target=False", "reduced(t * (log(t) - x), reduction)", vjp={"x": "-g * t / N"}, let={"N": "averaged_over(x, t, reduction)"}, doc=F + "kl_div"),
    Row("gaussian_nll_loss", "loss", "x t|target v|var full=False eps=1e-06 reduction=mean", "reduced((log(v) + (x - t) ** 2 / v) / 2, reduction)", vjp={"x": "g * (x - t) / (v * N)", "v": "g * (1 / v - (x - t) ** 2 / v ** 2) / (2 * N)"}, let={"N": "averaged_over(x, t, reduction)"}, kinks="v < ε: clamped", doc=F + "gaussian_nll_loss"),
    Row("nll_loss", "loss", "x t|target w|weight=None size_average=None ignore_index=-100 reduce=None reduction=mean", "summed(weighted(-picked(x, t), w, x, t, reduction), reduction)", vjp={"x": "-lift_classes(g, x, reduction) * onehot(t, x) * class_weight(w, x, t, reduction)"}, doc=F + "nll_loss"),
    Row("cross_entropy", "loss", "x t|target w|weight=None size_average=None ignore_index=-100 reduce=None reduction=mean label_smoothing=0.0", "-total(q * log(p)) / N", vjp={"x": "lift_classes(g, x, reduction) * (p - q) / N"}, let={"p": "softmax_classes(x)", "q": "class_targets(t, x, label_smoothing)", "N": "class_count(t, x, reduction)"}, doc=F + "cross_entropy"),
    Row("triplet_margin_loss", "loss", "a|anchor p|positive n|negative margin=1.0 k|p=2 eps=1e-06 swap=False size_average=None reduce=None reduction=mean", "reduced(maximum(0, dp - dn + margin), reduction)", vjp={"a": "keep(m * g / N, -1) * ((a - p + eps) / keep(dp, -1) - (a - n + eps) / keep(dn, -1))", "p": "-keep(m * g / N, -1) * (a - p + eps) / keep(dp, -1)", "n": "keep(m * g / N, -1) * (a - n + eps) / keep(dn, -1)"}, let={"dp": "norm(a - p + eps, 2, -1)", "dn": "norm(a - n + eps, 2, -1)", "m": "where(dp - dn + margin > 0, 1, 0)", "N": "averaged_over(dp, dp, reduction)"}, doc=F + "triplet_margin_loss"),
    Row("cosine_embedding_loss", "loss", "a|input1 b|input2 t|target margin=0 size_average=None reduce=None reduction=mean", "reduced(where(t > 0, 1 - c, maximum(0, c - margin)), reduction)", vjp={"a": "keep(s * g / N, -1) * (b / (q * r) - keep(c, -1) * a / q ** 2)", "b": "keep(s * g / N, -1) * (a / (q * r) - keep(c, -1) * b / r ** 2)"}, let={"q": "norm_keep(a, 2, -1)", "r": "norm_keep(b, 2, -1)", "c": "sum_over(a * b, -1) / (norm(a, 2, -1) * norm(b, 2, -1))", "s": "where(t > 0, -1, where(c > margin, 1, 0))", "N": "averaged_over(c, t, reduction)"}, doc=F + "cosine_embedding_loss"),
]
NETWORKS = [*SOFTMAX, *CONVOLUTIONS, *POOLING, *NORMALISATION, *LOSSES]
