"""Rows of the ops a backward pass is made of, for the gradient of a gradient.

`a` is the gradient that came in, `s` the forward result (or input) they were saved with."""

from __future__ import annotations

from app.ops.row import Row

# a table reads best with a row on a line
# fmt: off

F = "torch.nn.functional."
SECOND = [
    Row("sigmoid_backward", "activation", "a|grad_output s|output", "a * s * (1 - s)", {"a": "s * (1 - s)", "s": "a * (1 - 2 * s)"}, doc="torch.sigmoid"),
    Row("tanh_backward", "activation", "a|grad_output s|output", "a * (1 - s ** 2)", {"a": "1 - s ** 2", "s": "-2 * a * s"}, doc="torch.tanh"),
    Row("threshold_backward", "activation", "a|grad_output x|self m|threshold", "where(x > m, a, 0)", {"a": "where(x > m, 1, 0)", "x": "0 * a"}, kinks="x = m: 0", doc=F + "threshold"),
    Row("_softmax_backward_data", "softmax", "a|grad_output s|output dim input_dtype=None", "s * (a - sum_keep(a * s, dim))", vjp={"a": "s * (g - sum_keep(g * s, dim))", "s": "g * (a - sum_keep(a * s, dim)) - a * sum_keep(g * s, dim)"}, doc=F + "softmax"),
    Row("_log_softmax_backward_data", "softmax", "a|grad_output s|output dim input_dtype=None", "a - exp(s) * sum_keep(a, dim)", vjp={"a": "g - sum_keep(g * exp(s), dim)", "s": "-g * exp(s) * sum_keep(a, dim)"}, doc=F + "log_softmax"),
    Row("mse_loss_backward", "loss", "a|grad_output x|self t|target how|reduction", "2 * a * (x - t) / N", vjp={"a": "summed_to(2 * g * (x - t) / N, a)", "x": "2 * g * a / N", "t": "-2 * g * a / N"}, let={"N": "averaged_by(x, how)"}, doc=F + "mse_loss"),
]
