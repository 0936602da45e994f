"""A few calls of every op in the table, in float64, away from kinks, with broadcasting where there is any."""

import itertools

import torch
from torch.nn import functional as F

from app.ops.second import SECOND
from app.ops.table import TABLE


def t(*shape, low=-2.0, high=2.0, seed=itertools.count(1)):
    """A tensor of distinct elements in (low, high), tracked."""
    torch.manual_seed(next(seed))
    return (torch.rand(shape, dtype=torch.float64) * (high - low) + low).requires_grad_()


def away(*shape, gap=0.15):
    """No element near zero."""
    x = t(*shape).detach()
    return (x + gap * x.sign()).requires_grad_()


def positive(*shape):
    return t(*shape, low=0.3, high=2.5)


def unit(*shape):
    return t(*shape, low=0.05, high=0.95)


def spd(n=3):
    a = torch.randn(n, n, dtype=torch.float64)
    return (a @ a.T + n * torch.eye(n, dtype=torch.float64)).requires_grad_()


POSITIVE = {"log", "log2", "log10", "sqrt", "rsqrt", "lgamma", "digamma", "entr", "reciprocal"}
UNIT = {"asin", "acos", "atanh", "erfinv", "logit", "ndtri"}
RATIO = {"log1p": (-0.9, 3.0), "acosh": (1.1, 3.0)}
PAIRS = {
    "pow": (positive(2, 3), away(3)),
    "float_power": (positive(2, 3), away(3)),
    "rpow": (away(3), positive(2, 3)),
    "div": (t(2, 3), away(3)),
    "rdiv": (away(2, 3), t(3)),
    "atan2": (away(2, 3), away(3)),
    "xlogy": (away(2, 3), positive(3)),
    "xlog1py": (away(2, 3), positive(3)),
    "hypot": (away(2, 1), away(3)),
    "fmod": (t(2, 3), positive(3)),
    "remainder": (t(2, 3), positive(3)),
}
PICKS = torch.tensor([2, 0, 2])
ROWS = torch.tensor([[2, 0, 1], [1, 1, 0]])
MASK = torch.tensor([[True, False, True], [False, True, True]])
CLASSES = torch.tensor([1, 0, 2, 1])
SIGNS = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)


def calls():
    """op → list of (args, kwargs)."""
    given = {
        "lerp": [((t(2, 3), t(3), unit(2, 3)), {}), ((t(3), t(3), 0.3), {})],
        "addcmul": [((t(2, 3), t(3), t(2, 1)), {"value": 0.7})],
        "addcdiv": [((t(2, 3), t(3), away(2, 1)), {"value": 0.7})],
        "add": [((t(2, 3), t(3)), {"alpha": 2}), ((t(2, 3), 1.5), {})],
        "sub": [((t(2, 3), t(3)), {}), ((t(2, 1), t(3)), {"alpha": 3})],
        "pow": [((positive(2, 3), away(3)), {}), ((away(2, 3), 3), {}), ((positive(3), 0.5), {}), ((t(3), 2), {})],
        "relu6": [((t(3, 4, low=-3, high=9),), {})],
        "softshrink": [((t(3, 4),), {}), ((t(3, 4), 0.3), {})],
        "hardsigmoid": [((t(3, 4, low=-5, high=5),), {})],
        "hardswish": [((t(3, 4, low=-5, high=5),), {})],
        "hardtanh": [((t(3, 4),), {}), ((t(3, 4), -0.5, 1.5), {})],
        "threshold": [((t(3, 4), 0.2, 7.0), {})],
        "softplus": [((t(3, 4),), {}), ((t(3),), {"beta": 2.5})],
        "prelu": [((away(2, 3, 4), t(3)), {}), ((away(2, 3), t(1)), {})],
        "glu": [((t(3, 4),), {}), ((t(4, 3),), {"dim": 0})],
        "clamp": [((t(3, 4), -1.0, 1.0), {}), ((t(3),), {"min": 0.1})],
        "clip": [((t(3, 4), -1.0, 1.0), {})],
        "clamp_min": [((t(3, 4), 0.3), {})],
        "clamp_max": [((t(3, 4), 0.3), {})],
        "where": [((MASK, t(2, 3), t(3)), {}), ((MASK, t(2, 1), 0.0), {})],
        "masked_fill": [((t(2, 3), MASK, 0.5), {})],
        "dropout": [((away(2, 3),), {"training": False})],
        "dropout1d": [((away(2, 3),), {"training": False})],
        "dropout2d": [((away(2, 3, 2, 2),), {"training": False})],
        "dropout3d": [((away(2, 3, 2, 2, 2),), {"training": False})],
        "logsumexp": [((t(2, 3), 1), {}), ((t(2, 3), (0, 1)), {"keepdim": True})],
        "max": [((t(2, 3),), {}), ((t(2, 3), 1), {}), ((t(2, 3), 0, True), {})],
        "min": [((t(2, 3),), {}), ((t(2, 3), 1), {})],
        "median": [((t(5),), {}), ((t(2, 5), 1), {})],
        "amax": [((t(2, 3), 1), {}), ((t(2, 3),), {}), ((torch.tensor([1.0, 3.0, 3.0], dtype=torch.float64, requires_grad=True), 0), {})],
        "prod": [((away(2, 3),), {}), ((away(2, 3), 1), {})],
        "var": [((t(2, 3), 1), {}), ((t(2, 3),), {}), ((t(2, 3),), {"dim": 0, "correction": 0}), ((t(4), False), {})],
        "std": [((t(2, 3), 1), {}), ((t(2, 3),), {}), ((t(4),), {"unbiased": False})],
        "norm": [((t(2, 3),), {}), ((t(2, 3), 2, 1), {}), ((away(3), 1), {}), ((t(2, 3), 3, 0), {})],
        "vector_norm": [((t(2, 3),), {}), ((t(2, 3), 3), {}), ((t(3), float("inf")), {})],
        "matrix_norm": [((t(2, 3),), {})],
        "dist": [((t(2, 3), t(2, 3)), {}), ((t(3), t(3), 3), {})],
        "cosine_similarity": [((t(2, 3), t(2, 3)), {}), ((t(2, 3), t(2, 3)), {"dim": 0})],
        "pairwise_distance": [((t(2, 3), t(2, 3)), {})],
        "reshape": [((t(2, 3), 3, 2), {}), ((t(2, 3), (6,)), {})],
        "view": [((t(2, 3), 3, -1), {})],
        "view_as": [((t(2, 3), torch.ones(6)), {})], "reshape_as": [((t(2, 3), torch.ones(3, 2)), {})],
        "unflatten": [((t(6), 0, (2, 3)), {})],
        "squeeze": [((t(2, 1, 3),), {}), ((t(2, 1, 3), 1), {})], "unsqueeze": [((t(2, 3), 1), {})],
        "transpose": [((t(2, 3), 0, 1), {}), ((t(2, 3, 4), -1, 0), {})], "swapaxes": [((t(2, 3), 0, 1), {})], "swapdims": [((t(2, 3), 0, 1), {})],
        "permute": [((t(2, 3, 4), 2, 0, 1), {}), ((t(2, 3), (1, 0)), {})],
        "movedim": [((t(2, 3, 4), 0, 2), {})], "moveaxis": [((t(2, 3, 4), (0, 1), (1, 2)), {})],
        "expand": [((t(3), 2, 3), {}), ((t(2, 1), 2, 4), {})], "expand_as": [((t(3), torch.ones(2, 3)), {})], "broadcast_to": [((t(3), (2, 3)), {})],
        "repeat": [((t(2, 3), 2, 2), {}), ((t(3), 2, 2), {})], "tile": [((t(2, 3), (2, 2)), {})],
        "flip": [((t(2, 3), (0, 1)), {}), ((t(2, 3), 1), {})], "rot90": [((t(2, 3),), {}), ((t(2, 3), 2, (0, 1)), {})],
        "roll": [((t(2, 3), 1, 1), {}), ((t(5), 2), {}), ((t(2, 3), (1, 2), (0, 1)), {})],
        "tril": [((t(3, 3),), {}), ((t(3, 4), 1), {})], "triu": [((t(3, 3), -1), {})],
        "diag": [((t(3),), {}), ((t(3, 4),), {}), ((t(3, 3), 1), {})],
        "diagonal": [((t(3, 4),), {}), ((t(2, 3, 3), 1, 1, 2), {})], "diag_embed": [((t(2, 3),), {})],
        "pad": [((t(2, 3), (1, 2)), {}), ((t(1, 2, 3), (1, 1)), {"mode": "reflect"}), ((t(2, 3), (-1, 1, 0, 1)), {"value": 2.0})],
        "pixel_shuffle": [((t(1, 4, 2, 2), 2), {})], "pixel_unshuffle": [((t(1, 1, 4, 4), 2), {})],
        "unfold": [((t(2, 6), 1, 3, 2), {}), ((t(5), 0, 3, 1), {})], "diff": [((t(2, 4),), {}), ((t(4, 2),), {"n": 2, "dim": 0})],
        "cat": [(([t(2, 3), t(1, 3)],), {}), (([t(2, 3), t(2, 1)],), {"dim": 1})], "concat": [(([t(2), t(1)],), {})], "concatenate": [(([t(2), t(1)],), {})],
        "stack": [(([t(2, 3), t(2, 3)],), {}), (([t(2), t(2)], 1), {})],
        "hstack": [(([t(2), t(3)],), {}), (([t(2, 3), t(2, 1)],), {})], "vstack": [(([t(2), t(2)],), {})], "dstack": [(([t(2, 3), t(2, 3)],), {})], "column_stack": [(([t(2), t(2, 3)],), {})],
        "chunk": [((t(4, 3), 2), {})], "split": [((t(5, 3), 2), {}), ((t(3, 5), [2, 3], 1), {})], "tensor_split": [((t(5), 2), {})], "unbind": [((t(3, 2),), {}), ((t(3, 2), 1), {})],
        "getitem": [((t(3, 4), 1), {}), ((t(3, 4), (slice(None), [0, 0, 2])), {}), ((t(3, 4), PICKS), {}), ((t(2, 3), MASK), {}), ((t(3), (None, slice(0, 2))), {})],
        "select": [((t(2, 3), 1, 2), {})], "narrow": [((t(2, 5), 1, 1, 3), {})], "index_select": [((t(3, 2), 0, PICKS), {})],
        "gather": [((t(2, 3), 1, ROWS), {})], "take_along_dim": [((t(2, 3), ROWS, 1), {})], "take": [((t(2, 3), torch.tensor([0, 5, 5])), {})],
        "masked_select": [((t(2, 3), MASK), {})],
        "scatter": [((t(2, 3), 1, torch.tensor([[2, 0, 1], [1, 2, 0]]), t(2, 3)), {})], "scatter_add": [((t(2, 3), 1, ROWS, t(2, 3)), {})],
        "index_add": [((t(3, 2), 0, PICKS, t(3, 2)), {"alpha": 2.0})], "index_copy": [((t(3, 2), 0, torch.tensor([2, 0]), t(2, 2)), {})], "index_fill": [((t(3, 2), 0, torch.tensor([2, 0]), 1.5), {})],
        "repeat_interleave": [((t(2, 3), 2), {}), ((t(2, 3), 2, 1), {}), ((t(3, 2), torch.tensor([1, 0, 2]), 0), {})],
        "sort": [((t(2, 5),), {}), ((t(4, 3), 0), {"descending": True})],
        "topk": [((t(2, 5), 2), {}), ((t(5, 2), 3, 0, False), {})],
        "kthvalue": [((t(2, 5), 2), {}), ((t(5, 2), 1, 0, True), {})],
        "sigmoid_backward": [((t(2, 3), unit(2, 3)), {})],
        "tanh_backward": [((t(2, 3), unit(2, 3)), {})],
        "threshold_backward": [((t(2, 3), away(2, 3), 0), {})],
        "_softmax_backward_data": [((t(2, 3), t(2, 3), 1, torch.float64), {})],
        "_log_softmax_backward_data": [((t(2, 3), t(2, 3), 1, torch.float64), {})],
        "mse_loss_backward": [((t(), t(2, 3), t(2, 3), 1), {}), ((t(), t(2, 3), t(2, 3), 2), {}), ((t(2, 3), t(2, 3), t(2, 3), 0), {})],
        "embedding": [((ROWS, t(3, 2)), {}), ((ROWS, t(3, 2)), {"padding_idx": 1})],
        "matmul": [((t(2, 3), t(3, 4)), {}), ((t(3), t(3)), {}), ((t(2, 3), t(3)), {}), ((t(3), t(3, 2)), {}), ((t(5, 2, 3), t(3, 4)), {}), ((t(2, 3), t(5, 3, 4)), {}), ((t(3), t(5, 3, 4)), {}), ((t(5, 2, 3), t(3)), {})],
        "mm": [((t(2, 3), t(3, 4)), {})], "bmm": [((t(5, 2, 3), t(5, 3, 4)), {})], "mv": [((t(2, 3), t(3)), {})], "dot": [((t(3), t(3)), {})], "vdot": [((t(3), t(3)), {})],
        "inner": [((t(3), t(3)), {}), ((t(2, 3), t(4, 3)), {}), ((t(2, 3), t(3)), {})], "vecdot": [((t(2, 3), t(2, 3)), {})], "outer": [((t(2), t(3)), {})],
        "addmm": [((t(4), t(2, 3), t(3, 4)), {"beta": 0.5, "alpha": 2.0})], "addmv": [((t(2), t(2, 3), t(3)), {})], "addr": [((t(2, 3), t(2), t(3)), {})],
        "baddbmm": [((t(5, 2, 4), t(5, 2, 3), t(5, 3, 4)), {})], "addbmm": [((t(2, 4), t(5, 2, 3), t(5, 3, 4)), {})],
        "linear": [((t(2, 3), t(4, 3), t(4)), {}), ((t(3), t(4, 3)), {}), ((t(2, 5, 3), t(4, 3), t(4)), {})], "bilinear": [((t(2, 3), t(2, 4), t(5, 3, 4), t(5)), {})],
        "einsum": [(("ij,jk->ik", t(2, 3), t(3, 4)), {}), (("i,j->ij", t(2), t(3)), {}), (("bij,bjk,k->bi", t(2, 3, 4), t(2, 4, 5), t(5)), {}), (("ij->j", t(2, 3)), {}), (("ij,jk", t(2, 3), t(3, 4)), {})],
        "tensordot": [((t(2, 3, 4), t(3, 4, 5)), {"dims": 2}), ((t(2, 3, 4), t(4, 5, 2)), {"dims": ([2, 0], [0, 2])})],
        "kron": [((t(2, 3), t(2, 2)), {}), ((t(2), t(3, 2)), {})], "cross": [((t(2, 3), t(2, 3)), {})], "cdist": [((t(3, 2), t(4, 2)), {})],
        "scaled_dot_product_attention": [((t(1, 2, 3, 4), t(1, 2, 3, 4), t(1, 2, 3, 4)), {}), ((t(1, 2, 3, 4), t(1, 2, 3, 4), t(1, 2, 3, 4)), {"is_causal": True})],
        "det": [((t(3, 3),), {}), ((t(2, 3, 3),), {})], "logdet": [((spd(),), {})], "inv": [((spd(),), {})], "inverse": [((spd(),), {})],
        "solve": [((spd(), t(3)), {}), ((spd(), t(3, 2)), {})], "trace": [((t(3, 3),), {}), ((t(2, 3),), {})],
        "matrix_power": [((t(3, 3), 3), {}), ((spd(), -2), {})], "matrix_exp": [((t(3, 3),), {})], "cholesky": [((spd(),), {})],
        "svdvals": [((t(3, 4),), {})], "eigvalsh": [((spd(),), {})], "pinv": [((t(3, 2),), {})],
        "cumsum": [((t(2, 3), 1), {}), ((t(3, 2), 0), {})], "cumprod": [((away(2, 3), 1), {})], "logcumsumexp": [((t(2, 3), 1), {})], "cummax": [((t(2, 5), 1), {})], "cummin": [((t(2, 5), 1), {})], "trapezoid": [((t(2, 5),), {})],
        "softmax": [((t(2, 3), 1), {}), ((t(2, 3),), {"dim": 0})], "softmin": [((t(2, 3), 1), {})], "log_softmax": [((t(2, 3), -1), {})],
        "conv1d": [((t(2, 3, 8), t(4, 3, 3), t(4)), {}), ((t(2, 4, 9), t(6, 2, 3)), {"stride": 2, "padding": 1, "groups": 2}), ((t(2, 3, 8), t(4, 3, 3)), {"padding": "same"})],
        "conv2d": [((t(2, 3, 5, 6), t(4, 3, 3, 2), t(4)), {}), ((t(1, 2, 7, 7), t(4, 1, 3, 3), t(4)), {"stride": 2, "padding": (1, 2), "dilation": (2, 1), "groups": 2})],
        "conv3d": [((t(1, 2, 4, 4, 4), t(2, 2, 2, 3, 2), t(2)), {"stride": (1, 1, 2)})],
        "conv_transpose1d": [((t(2, 3, 5), t(3, 4, 3), t(4)), {"stride": 2})], "conv_transpose2d": [((t(1, 3, 4, 4), t(3, 2, 3, 3), t(2)), {"stride": 2, "padding": 1, "output_padding": 1})],
        "max_pool1d": [((t(2, 3, 8), 2), {})], "max_pool2d": [((t(1, 2, 6, 6), 2), {}), ((t(1, 2, 7, 7), 3, 2, 1), {})], "max_pool3d": [((t(1, 1, 4, 4, 4), 2), {})],
        "avg_pool1d": [((t(2, 3, 8), 2), {})], "avg_pool2d": [((t(1, 2, 6, 6), 2), {}), ((t(1, 2, 7, 7), 3, 2, 1), {})],
        "adaptive_avg_pool1d": [((t(1, 2, 7), 3), {})], "adaptive_avg_pool2d": [((t(1, 2, 7, 5), (3, 2)), {}), ((t(1, 2, 4, 4), 1), {})],
        "layer_norm": [((t(2, 3, 4), (4,), t(4), t(4)), {}), ((t(2, 3, 4), (3, 4)), {})], "rms_norm": [((t(2, 4), (4,), t(4)), {})],
        "batch_norm": [((t(4, 3), torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64), t(3), t(3), True), {}), ((t(2, 3, 4), torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64) * 2, t(3), t(3)), {}), ((t(2, 3, 4, 4), None, None, t(3), t(3), True), {})],
        "instance_norm": [((t(2, 3, 5),), {}), ((t(2, 3, 4, 4),), {"weight": t(3), "bias": t(3)})], "group_norm": [((t(2, 4, 5), 2, t(4), t(4)), {})],
        "normalize": [((t(2, 3),), {}), ((t(2, 3),), {"dim": 0})],
        "binary_cross_entropy": [((unit(2, 3), unit(2, 3)), {}), ((unit(3), unit(3)), {"reduction": "sum"}), ((unit(3), unit(3)), {"reduction": "none"})],
        "soft_margin_loss": [((t(3), SIGNS), {})], "hinge_embedding_loss": [((t(3, high=0.8), SIGNS), {})], "margin_ranking_loss": [((t(3), t(3), SIGNS), {}), ((t(3), t(3), SIGNS, 0.3), {"reduction": "sum"})],
        "poisson_nll_loss": [((t(3), positive(3).detach()), {})], "kl_div": [((t(2, 3), unit(2, 3).detach()), {"reduction": "batchmean"}), ((t(2, 3), unit(2, 3).detach()), {"reduction": "sum"})],
        "gaussian_nll_loss": [((t(3), t(3).detach(), positive(3)), {})],
        "nll_loss": [((t(4, 3), CLASSES), {}), ((t(4, 3), CLASSES, torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)), {}), ((t(4, 3), CLASSES), {"reduction": "none"}), ((t(4, 3, 2), torch.stack([CLASSES, CLASSES], 1)), {"reduction": "sum"})],
        "cross_entropy": [((t(4, 3), CLASSES), {}), ((t(4, 3), CLASSES), {"label_smoothing": 0.1, "reduction": "sum"}), ((t(3), torch.tensor(1)), {}), ((t(4, 3), t(4, 3).detach().softmax(1)), {})],
        "triplet_margin_loss": [((t(3, 4), t(3, 4), t(3, 4)), {"margin": 5.0})], "cosine_embedding_loss": [((t(3, 4), t(3, 4), SIGNS), {}), ((t(3, 4), t(3, 4), SIGNS), {"margin": -0.9, "reduction": "sum"})],
        "type_as": [((t(3), torch.ones(1, dtype=torch.float64)), {})], "to": [((t(3), torch.float64), {})], "float": [], "double": [((t(3),), {})],
        "copysign": [((away(2, 3), away(2, 3)), {})], "nan_to_num": [((t(3),), {})],
        "selu": [((away(3, 4),), {})],
    }  # fmt: skip
    for row in TABLE.values():
        if row.op not in given:
            given[row.op] = _usual(row)
    return {op: given[op] for op in TABLE}


def _usual(row):
    letters = [letter for letter, _, default in row.parameters if default is None]
    if row.op in PAIRS:
        return [(PAIRS[row.op], {})]
    if letters == ["a", "b"]:
        return [((t(2, 3), t(3)), {}), ((t(2, 1), t(1, 3)), {})]
    if row.category == "loss":
        a, b = t(2, 3), t(2, 3)
        return [((a, b), {}), ((a, b), {"reduction": "sum"}), ((t(3), t(3)), {"reduction": "none"})]
    if row.category == "reduction":
        return [((t(2, 3),), {}), ((t(2, 3), 1), {}), ((t(2, 3),), {"dim": 0, "keepdim": True})]
    if row.op in POSITIVE:
        return [((positive(2, 3),), {}), ((positive(),), {})]
    if row.op in UNIT:
        return [((unit(2, 3),), {})]
    if row.op in RATIO:
        low, high = RATIO[row.op]
        return [((t(2, 3, low=low, high=high),), {})]
    return (
        [((away(2, 3),), {}), ((away(),), {})]
        if "t" not in letters and row.op not in ("t", "T", "mT", "adjoint", "fliplr", "flipud")
        else [((t(2, 3),), {})]
    )


SPECIAL = {
    **{row.op: getattr(torch.ops.aten, row.op) for row in SECOND},
    "rdiv": lambda a, b: b / a,
    "rpow": lambda a, b: b**a,
    "rsub": torch.rsub,
    "getitem": lambda x, i: x[i],
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "masked_fill": torch.masked_fill,
    "t": torch.t,
    "rms_norm": F.rms_norm,
    "dropout1d": F.dropout1d,
    "dropout2d": F.dropout2d,
    "dropout3d": F.dropout3d,
    "vecdot": torch.linalg.vecdot,
    "diag": torch.diag,
    "clamp_max": torch.clamp_max,
    "clamp_min": torch.clamp_min,
    "reshape": lambda x, *shape: x.reshape(*shape),
    "permute": lambda x, *dims: x.permute(*dims),
    "flip": lambda x, *dims: x.flip(*dims),
}


def function(row):
    """The torch function a row is about."""
    if row.op in SPECIAL:
        return SPECIAL[row.op]
    found = torch
    for part in row.doc.split(".")[1:]:
        found = getattr(found, part)
    return found
