"""Rows of ops that mix or move elements: each with its vector-Jacobian product per argument."""

from __future__ import annotations

from app.ops.row import Row

# a table reads best with a row on a line
# fmt: off

F = "torch.nn.functional."
LA = "torch.linalg."


def _over(
    op: str,
    value: str,
    vjp: str,
    kinks: str = "",
    doc: str = "",
    takes: str = "x dim=None keepdim=False dtype=None",
    **let: str,
) -> Row:
    return Row(
        op,
        "reduction",
        takes,
        value,
        vjp={"x": vjp},
        let=let,
        kinks=kinks,
        doc=doc or f"torch.{op}",
    )


BACK = "spread(g, x, dim, keepdim)"
OUT = "spread(y, x, dim, keepdim)"
REDUCTIONS = [
    _over("sum", "sum_over(x, dim)", BACK),
    _over("mean", "mean_over(x, dim)", f"{BACK} / n", n="number_of(x, dim)"),
    _over("nansum", "sum_over(x, dim)", f"where(is_nan(x), 0, {BACK})"),
    _over("nanmean", "mean_over(x, dim)", f"where(is_nan(x), 0, {BACK} / n)", n="count_over(x, dim)"),
    _over("prod", "product_over(x, dim)", f"{BACK} * {OUT} / x", "x_i = 0: product of the others", takes="x dim=None keepdim=False dtype=None"),
    _over("logsumexp", "log(sum_over(exp(x), dim))", f"{BACK} * exp(x - {OUT})", takes="x dim keepdim=False"),
    _over("amax", "max_over(x, dim)", f"{BACK} * m / sum_keep(m, dim)", "ties: shared equally", takes="x dim=None keepdim=False", m=f"equals(x, {OUT})"),
    _over("amin", "min_over(x, dim)", f"{BACK} * m / sum_keep(m, dim)", "ties: shared equally", takes="x dim=None keepdim=False", m=f"equals(x, {OUT})"),
    _over("max", "max_over(x, dim)", "route_max(g, x, y, dim, keepdim)", "ties: one of them, or shared equally", takes="x dim=None keepdim=False"),
    _over("min", "min_over(x, dim)", "route_min(g, x, y, dim, keepdim)", "ties: one of them, or shared equally", takes="x dim=None keepdim=False"),
    _over("median", "median_over(x, dim)", "route_median(g, x, y, dim, keepdim)", "ties: one of them, or shared equally", takes="x dim=None keepdim=False"),
    _over("var", "sum_over((x - mu) ** 2, dim) / (n - c)", f"{BACK} * 2 * (x - mu) / (n - c)", takes="x dim=None unbiased=None correction=None keepdim=False", mu="mean_keep(x, dim)", n="number_of(x, dim)", c="degrees(dim, unbiased, correction)"),
    _over("std", "sqrt(sum_over((x - mu) ** 2, dim) / (n - c))", f"{BACK} * (x - mu) / ((n - c) * {OUT})", "σ = 0: 0", takes="x dim=None unbiased=None correction=None keepdim=False", mu="mean_keep(x, dim)", n="number_of(x, dim)", c="degrees(dim, unbiased, correction)"),
]
NORMS = [
    Row("norm", "norm", "x p=fro dim=None keepdim=False dtype=None", "norm(x, p, dim)", vjp={"x": "norm_back(g, x, y, p, dim, keepdim)"}, kinks="x = 0: 0", doc="torch.norm"),
    Row("vector_norm", "norm", "x p|ord=2 dim=None keepdim=False dtype=None", "norm(x, p, dim)", vjp={"x": "norm_back(g, x, y, p, dim, keepdim)"}, kinks="x = 0: 0", doc=LA + "vector_norm"),
    Row("matrix_norm", "norm", "x p|ord=fro", "norm(x, p)", vjp={"x": "spread(g, x, matrix_axes(x), False) * x / spread(y, x, matrix_axes(x), False)"}, kinks="x = 0: 0", doc=LA + "matrix_norm"),
    Row("dist", "norm", "a b p=2", "norm(a - b, p)", vjp={"a": "norm_back(g, a - b, y, p, None, False)", "b": "-norm_back(g, a - b, y, p, None, False)"}, kinks="a = b: 0", doc="torch.dist"),
    Row("normalize", "norm", "x p=2.0 dim=1 eps=1e-12", "x / r", vjp={"x": "(g - y * sum_keep(g * y, dim)) / r"}, let={"r": "norm_keep(x, p, dim)"}, kinks="|x| < ε: divided by ε; formula for p = 2", doc=F + "normalize"),
    Row("cosine_similarity", "norm", "a|x1 b|x2 dim=1 eps=1e-08", "c", vjp={"a": "keep(g, dim) * (b / (r * s) - keep(y, dim) * a / r ** 2)", "b": "keep(g, dim) * (a / (r * s) - keep(y, dim) * b / s ** 2)"}, let={"r": "norm_keep(a, 2, dim)", "s": "norm_keep(b, 2, dim)", "c": "sum_over(a * b, dim) / (norm(a, 2, dim) * norm(b, 2, dim))"}, doc=F + "cosine_similarity"),
    Row("pairwise_distance", "norm", "a|x1 b|x2 p=2.0 eps=1e-06 keepdim=False", "norm(a - b + eps, p, -1)", vjp={"a": "norm_back(g, a - b + eps, y, p, -1, keepdim)", "b": "-norm_back(g, a - b + eps, y, p, -1, keepdim)"}, doc=F + "pairwise_distance"),
]


def _moved(
    op: str, takes: str, value: str, vjp: str, doc: str = "", category: str = "shape"
) -> Row:
    return Row(op, category, takes, value, vjp={"x": vjp}, doc=doc or f"torch.{op}")  # type: ignore[arg-type]


AS_X = "reshape_like(g, x)"
SHAPES = [
    *(_moved(op, takes, "reshaped(x)", AS_X, doc) for op, takes, doc in (("reshape", "x *shape", ""), ("view", "x *shape", "torch.Tensor.view"), ("view_as", "x other", "torch.Tensor.view_as"), ("reshape_as", "x other", "torch.Tensor.reshape_as"), ("flatten", "x start_dim=0 end_dim=-1", ""), ("ravel", "x", ""), ("unflatten", "x dim sizes", ""), ("squeeze", "x dim=None", ""), ("unsqueeze", "x dim", ""))),
    *(_moved(op, takes, "swapped(x, a, b)", "swapped(g, a, b)", doc) for op, takes, doc in (("transpose", "x a|dim0 b|dim1", ""), ("swapaxes", "x a|axis0 b|axis1", ""), ("swapdims", "x a|dim0 b|dim1", ""))),
    *(_moved(op, "x", "T(x)", "T(g)", doc) for op, doc in (("t", "torch.t"), ("T", "torch.Tensor.T"), ("mT", "torch.Tensor.mT"), ("adjoint", "torch.adjoint"))),
    _moved("permute", "x *dims", "permuted(x, dims)", "permuted_back(g, dims)"),
    _moved("movedim", "x a|source b|destination", "moved(x, a, b)", "moved(g, b, a)"),
    _moved("moveaxis", "x a|source b|destination", "moved(x, a, b)", "moved(g, b, a)"),
    _moved("expand", "x *sizes", "expanded(x)", "summed_to(g, x)", "torch.Tensor.expand"),
    _moved("expand_as", "x other", "expanded(x)", "summed_to(g, x)", "torch.Tensor.expand_as"),
    _moved("broadcast_to", "x *size", "expanded(x)", "summed_to(g, x)"),
    _moved("repeat", "x *sizes", "tiled(x, sizes)", "sum_tiles(g, x)", "torch.Tensor.repeat"),
    _moved("tile", "x *dims", "tiled(x, dims)", "sum_tiles(g, x)"),
    _moved("flip", "x *dims", "flipped(x, dims)", "flipped(g, dims)"),
    _moved("fliplr", "x", "flipped(x, 1)", "flipped(g, 1)"),
    _moved("flipud", "x", "flipped(x, 0)", "flipped(g, 0)"),
    _moved("rot90", "x k=1 dims=None", "turned(x, k, dims)", "turned(g, -k, dims)"),
    _moved("roll", "x n|shifts dims=None", "rolled(x, n, dims)", "rolled_back(g, n, dims)"),
    _moved("tril", "x k|diagonal=0", "lower(x, k)", "lower(g, k)"),
    _moved("triu", "x k|diagonal=0", "upper(x, k)", "upper(g, k)"),
    _moved("diag", "x k|diagonal=0", "diagonal_of(x, k)", "diagonal_back(g, x, k)"),
    _moved("diagonal", "x k|offset=0 a|dim1=0 b|dim2=1", "diagonal_at(x, k, a, b)", "diagonal_put(g, x, k, a, b)"),
    _moved("diag_embed", "x k|offset=0 a|dim1=-2 b|dim2=-1", "diagonal_in(x, k, a, b)", "diagonal_at(g, k, a, b)"),
    _moved("pad", "x p|pad mode=constant value=None", "padded(x, p)", "unpadded(g, x, p, mode)", F + "pad"),
    _moved("pixel_shuffle", "x r|upscale_factor", "shuffled(x, r)", "unshuffled(g, r)", F + "pixel_shuffle"),
    _moved("pixel_unshuffle", "x r|downscale_factor", "unshuffled(x, r)", "shuffled(g, r)", F + "pixel_unshuffle"),
    _moved("unfold", "x d|dimension k|size s|step", "windows(x, d, k, s)", "windows_back(g, x, d, k, s)", "torch.Tensor.unfold"),
    _moved("diff", "x n=1 dim=-1", "differences(x, n, dim)", "differences_back(g, x, n, dim)"),
    *(Row(op, "shape", f"x|tensors dim|dim={dim}", f"{word}(x, dim)", vjp={"x": f"{word}_back(g, x, dim)"}, doc=f"torch.{op}") for op, word, dim in (("cat", "joined", 0), ("concat", "joined", 0), ("concatenate", "joined", 0), ("stack", "stacked", 0))),
    *(Row(op, "shape", "x|tensors", f"joined_{op}(x)", vjp={"x": f"joined_{op}_back(g, x)"}, doc=f"torch.{op}") for op in ("hstack", "vstack", "dstack", "column_stack")),
    *(Row(op, "shape", takes, value, vjp={"x": "pieces_back(g, x, dim)"}, doc=doc) for op, takes, value, doc in (("chunk", "x n|chunks dim=0", "pieces(x, dim)", "torch.chunk"), ("split", "x n|split_size_or_sections dim=0", "pieces(x, dim)", "torch.split"), ("tensor_split", "x n|indices_or_sections dim=0", "pieces(x, dim)", "torch.tensor_split"))),
    Row("unbind", "shape", "x dim=0", "slices(x, dim)", vjp={"x": "slices_back(g, x, dim)"}, doc="torch.unbind"),
]


def _picked(op: str, takes: str, value: str, vjp: str, doc: str = "", **more: str) -> Row:
    return Row(op, "indexing", takes, value, vjp={"x": vjp, **more}, doc=doc or f"torch.{op}")


INDEXING = [
    _picked("getitem", "x i", "at(x, i)", "put(g, x, i)", "torch.Tensor.index_put"),
    _picked("select", "x dim k|index", "selected(x, dim, k)", "selected_back(g, x, dim, k)"),
    _picked("narrow", "x dim a|start n|length", "narrowed(x, dim, a, n)", "narrowed_back(g, x, dim, a, n)"),
    _picked("index_select", "x dim i|index", "chosen(x, dim, i)", "chosen_back(g, x, dim, i)"),
    _picked("gather", "x dim i|index sparse_grad=False", "gathered(x, dim, i)", "gathered_back(g, x, dim, i)"),
    _picked("take_along_dim", "x i|indices dim=None", "taken_along(x, i, dim)", "taken_along_back(g, x, i, dim)"),
    _picked("take", "x i|index", "taken(x, i)", "taken_back(g, x, i)"),
    _picked("masked_select", "x m|mask", "at(x, m)", "put(g, x, m)"),
    _picked("scatter", "x dim i|index s|src", "scattered(x, dim, i, s)", "scattered(g, dim, i, 0)", s="gathered_like(g, dim, i, s)"),
    _picked("scatter_add", "x dim i|index s|src", "scatter_added(x, dim, i, s)", "g", s="gathered_like(g, dim, i, s)"),
    _picked("index_add", "x dim i|index s|source alpha=1", "index_added(x, dim, i, s, alpha)", "g", s="alpha * chosen(g, dim, i)"),
    _picked("index_copy", "x dim i|index s|source", "index_copied(x, dim, i, s)", "index_filled(g, dim, i, 0)", s="chosen(g, dim, i)"),
    _picked("index_fill", "x dim i|index v|value", "index_filled(x, dim, i, v)", "index_filled(g, dim, i, 0)"),
    _picked("repeat_interleave", "x n|repeats dim=None", "repeated(x, n, dim)", "repeated_back(g, x, n, dim)"),
    _picked("sort", "x dim=-1 descending=False stable=False", "sorted(x, dim, descending)", "sorted_back(g, x, dim, descending)"),
    _picked("topk", "x k dim=-1 largest=True sorted=True", "top(x, k, dim, largest)", "top_back(g, x, k, dim, largest)"),
    _picked("kthvalue", "x k dim=-1 keepdim=False", "kth(x, k, dim, keepdim)", "kth_back(g, x, k, dim, keepdim)"),
    _picked("embedding", "i|input x|weight padding_idx=None", "rows_at(x, i)", "rows_put(g, x, i, padding_idx)", F + "embedding"),
]
MATRICES = [
    Row("matmul", "matrix", "a b", "a @ b", vjp={"a": "matmul_left(g, a, b)", "b": "matmul_right(g, a, b)"}, doc="torch.matmul"),
    Row("mm", "matrix", "a b|mat2", "a @ b", vjp={"a": "g @ T(b)", "b": "T(a) @ g"}, doc="torch.mm"),
    Row("bmm", "matrix", "a b|mat2", "a @ b", vjp={"a": "g @ T(b)", "b": "T(a) @ g"}, doc="torch.bmm"),
    Row("mv", "matrix", "a b|vec", "a @ b", vjp={"a": "outer(g, b)", "b": "T(a) @ g"}, doc="torch.mv"),
    Row("dot", "matrix", "a b|tensor", "dot(a, b)", vjp={"a": "g * b", "b": "g * a"}, doc="torch.dot"),
    Row("vdot", "matrix", "a b", "dot(a, b)", vjp={"a": "g * b", "b": "g * a"}, doc="torch.vdot"),
    Row("inner", "matrix", "a b", "inner(a, b)", vjp={"a": "inner_left(g, a, b)", "b": "inner_right(g, a, b)"}, doc="torch.inner"),
    Row("vecdot", "matrix", "a|x b|y dim=-1", "sum_over(a * b, dim)", vjp={"a": "keep(g, dim) * b", "b": "keep(g, dim) * a"}, doc=LA + "vecdot"),
    Row("outer", "matrix", "a b|vec2", "outer(a, b)", vjp={"a": "g @ b", "b": "T(g) @ a"}, doc="torch.outer"),
    Row("addmm", "matrix", "x a|mat1 b|mat2 beta=1 alpha=1", "beta * x + alpha * (a @ b)", vjp={"x": "beta * g", "a": "alpha * (g @ T(b))", "b": "alpha * (T(a) @ g)"}, doc="torch.addmm"),
    Row("addmv", "matrix", "x a|mat b|vec beta=1 alpha=1", "beta * x + alpha * (a @ b)", vjp={"x": "beta * g", "a": "alpha * outer(g, b)", "b": "alpha * (T(a) @ g)"}, doc="torch.addmv"),
    Row("addr", "matrix", "x a|vec1 b|vec2 beta=1 alpha=1", "beta * x + alpha * outer(a, b)", vjp={"x": "beta * g", "a": "alpha * (g @ b)", "b": "alpha * (T(g) @ a)"}, doc="torch.addr"),
    Row("baddbmm", "matrix", "x a|batch1 b|batch2 beta=1 alpha=1", "beta * x + alpha * (a @ b)", vjp={"x": "beta * g", "a": "alpha * (g @ T(b))", "b": "alpha * (T(a) @ g)"}, doc="torch.baddbmm"),
    Row("addbmm", "matrix", "x a|batch1 b|batch2 beta=1 alpha=1", "beta * x + alpha * sum_over(a @ b, 0)", vjp={"x": "beta * g", "a": "alpha * (g @ T(b))", "b": "alpha * (T(a) @ g)"}, doc="torch.addbmm"),
    Row("linear", "matrix", "x w|weight b|bias=None", "x @ T(w) + bias(b)", vjp={"x": "g @ w", "w": "T(rows(g)) @ rows(x)", "b": "g"}, doc=F + "linear"),
    Row("bilinear", "matrix", "a|input1 c|input2 w|weight b|bias=None", "product3(a, w, c) + bias(b)", vjp={"a": "product3_a(g, w, c)", "c": "product3_c(g, w, a)", "w": "product3_w(g, a, c)", "b": "g"}, doc=F + "bilinear"),
    Row("einsum", "matrix", "equation *x", "einsum(equation, x)", vjp={"x": "einsum_back(g, equation, x)"}, doc="torch.einsum"),
    Row("tensordot", "matrix", "a b dims=2", "contracted(a, b, dims)", vjp={"a": "contracted_left(g, a, b, dims)", "b": "contracted_right(g, a, b, dims)"}, doc="torch.tensordot"),
    Row("kron", "matrix", "a b", "kron(a, b)", vjp={"a": "kron_left(g, a, b)", "b": "kron_right(g, a, b)"}, doc="torch.kron"),
    Row("cross", "matrix", "a b dim=-1", "cross(a, b, dim)", vjp={"a": "cross(b, g, dim)", "b": "cross(g, a, dim)"}, doc=LA + "cross"),
    Row("cdist", "matrix", "a|x1 b|x2 p=2.0 compute_mode=None", "distances(a, b)", vjp={"a": "distances_left(g, a, b, y)", "b": "distances_left(T(g), b, a, T(y))"}, kinks="a_i = b_j: 0; formula for p = 2", doc="torch.cdist"),
    Row("scaled_dot_product_attention", "matrix", "q|query k|key v|value mask|attn_mask=None p|dropout_p=0.0 causal|is_causal=False scale=None enable_gqa=False", "A @ v", vjp={"q": "s * (D @ k)", "k": "s * (T(D) @ q)", "v": "T(A) @ g"}, let={"s": "attention_scale(q, scale)", "A": "attention(q, k, mask, causal, s)", "D": "A * (g @ T(v) - sum_keep((g @ T(v)) * A, -1))"}, doc=F + "scaled_dot_product_attention"),
]
LINEAR_ALGEBRA = [
    Row("det", "linear algebra", "x|A", "det(x)", vjp={"x": "lift(g * y) * T(inv(x))"}, doc=LA + "det"),
    Row("logdet", "linear algebra", "x", "log(det(x))", vjp={"x": "lift(g) * T(inv(x))"}, doc="torch.logdet"),
    *(Row(op, "linear algebra", "x|A", "inv(x)", vjp={"x": "-(T(y) @ g @ T(y))"}, doc=doc) for op, doc in (("inv", LA + "inv"), ("inverse", "torch.inverse"))),
    Row("solve", "linear algebra", "a|A b|B", "inv(a) @ b", vjp={"a": "-outer_columns(inv(T(a)) @ g, y)", "b": "inv(T(a)) @ g"}, doc=LA + "solve"),
    Row("trace", "linear algebra", "x", "trace(x)", vjp={"x": "g * identity_like(x)"}, doc="torch.trace"),
    Row("matrix_power", "linear algebra", "x n", "power(x, n)", vjp={"x": "power_back(g, x, n)"}, doc=LA + "matrix_power"),
    Row("matrix_exp", "linear algebra", "x", "matrix_exp(x)", vjp={"x": "matrix_exp_back(g, x)"}, doc="torch.matrix_exp"),
    Row("cholesky", "linear algebra", "x upper=False", "cholesky(x)", vjp={"x": "cholesky_back(g, y)"}, doc="torch.cholesky"),
    Row("svdvals", "linear algebra", "x|A", "singular_values(x)", vjp={"x": "svdvals_back(g, x)"}, kinks="equal singular values: one basis of many", doc=LA + "svdvals"),
    Row("eigvalsh", "linear algebra", "x|A UPLO=L", "eigenvalues(x)", vjp={"x": "eigvalsh_back(g, x)"}, kinks="equal eigenvalues: one basis of many", doc=LA + "eigvalsh"),
    Row("pinv", "linear algebra", "x|A", "pinv(x)", vjp={"x": "pinv_back(g, x, y)"}, doc=LA + "pinv"),
]
CUMULATIVE = [
    Row("cumsum", "cumulative", "x dim dtype=None", "running_sum(x, dim)", vjp={"x": "running_sum_back(g, dim)"}, doc="torch.cumsum"),
    Row("cumprod", "cumulative", "x dim dtype=None", "running_product(x, dim)", vjp={"x": "running_sum_back(g * y, dim) / x"}, kinks="x_i = 0: product of the others", doc="torch.cumprod"),
    Row("logcumsumexp", "cumulative", "x dim", "log(running_sum(exp(x), dim))", vjp={"x": "exp(x) * running_sum_back(g * exp(-y), dim)"}, doc="torch.logcumsumexp"),
    Row("cummax", "cumulative", "x dim", "running_max(x, dim)", vjp={"x": "route_running(g, x, y, dim)"}, kinks="ties: the last of them", doc="torch.cummax"),
    Row("cummin", "cumulative", "x dim", "running_min(x, dim)", vjp={"x": "route_running(g, x, y, dim)"}, kinks="ties: the last of them", doc="torch.cummin"),
    Row("trapezoid", "cumulative", "x|y", "trapezoid(x)", vjp={"x": "trapezoid_back(g, x)"}, doc="torch.trapezoid"),
]
MIXING = [*REDUCTIONS, *NORMS, *SHAPES, *INDEXING, *MATRICES, *LINEAR_ALGEBRA, *CUMULATIVE]
