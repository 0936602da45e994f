"""Nothing in; the kinds of layer a line may name: arguments, how each is built, called and shaped, out.

Shapes leave out the batch: (features,), (channels, height, width) or (tokens, features)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Shape = tuple[int, ...]
#: options of a layer by letter or name: k3 → {"k": 3}
Options = dict[str, float]


class Misfit(Exception):
    """A layer cannot take what comes in; `code` is a key of the error catalogue."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, words


class Kind(NamedTuple):
    """One kind: `takes` numbers named in order, of which the first `needs` must be given; `options`
    by letter; `make` the module's constructor ("" for a plain call), `call` the line in forward
    with {self} for the module; `shape` what goes out, given what comes in."""

    takes: tuple[str, ...]
    needs: int
    options: dict[str, float]
    make: Callable[[Shape, list[float], Options], str] | None
    call: str
    shape: Callable[[Shape, list[float], Options], Shape]
    prefix: str = ""


def _features(came: Shape) -> int:
    if len(came) == 3:
        raise Misfit("layer_needs_flat", shape="×".join(map(str, came)))
    return came[-1]


def _image(came: Shape) -> Shape:
    if len(came) != 3:
        raise Misfit("layer_needs_image", shape="×".join(map(str, came)))
    return came


def _tokens(came: Shape) -> Shape:
    if len(came) != 2:
        raise Misfit("layer_needs_tokens", shape="×".join(map(str, came)))
    return came


def _window(came: Shape, o: Options, default_stride: float, channels: int) -> Shape:
    k, p = int(o["k"]), int(o.get("p", 0))
    s = int(o.get("s") or default_stride)
    sides = [(side + 2 * p - k) // s + 1 for side in _image(came)[1:]]
    if min(sides) < 1 or s < 1 or k < 1:
        raise Misfit("layer_too_small", kernel=k, shape="×".join(map(str, came)))
    return (channels, *sides)


def _conv(came: Shape, n: list[float], o: Options) -> str:
    words = f", stride={o['s']:g}" * (o["s"] != 1) + f", padding={o['p']:g}" * (o["p"] != 0)
    words += f", groups={o['g']:g}" * (o["g"] != 1) + ", bias=False" * bool(o["nobias"])
    channels = _image(came)[0]
    if o["g"] < 1 or channels % int(o["g"]) or int(n[-1]) % int(o["g"]):
        raise Misfit("layer_groups", groups=f"{o['g']:g}", channels=channels)
    return f"nn.Conv2d({channels}, {n[-1]:g}, kernel_size={o['k']:g}{words})"


def _upconv(came: Shape, n: list[float], o: Options) -> str:
    return f"nn.ConvTranspose2d({_image(came)[0]}, {n[-1]:g}, kernel_size={o['k']:g}, stride={o['s']:g})"


def _up_shape(came: Shape, n: list[float], o: Options) -> Shape:
    k, s = int(o["k"]), int(o["s"])
    return (int(n[-1]), *[(side - 1) * s + k for side in _image(came)[1:]])


def _pool(name: str) -> Callable[[Shape, list[float], Options], str]:
    def make(came: Shape, n: list[float], o: Options) -> str:
        stride = f", stride={o['s']:g}" * bool(o["s"])
        return f"nn.{name}({_size(n, o):g}{stride})"

    return make


def _size(n: list[float], o: Options) -> float:
    return n[0] if n else o["k"]


def _pooled(came: Shape, n: list[float], o: Options) -> Shape:
    size = _size(n, o)
    return _window(came, {"k": size, "s": o["s"]}, size, _image(came)[0])


def _recurrent(name: str) -> Kind:
    return Kind(
        ("size",), 1, {}, lambda came, n, o: f"nn.{name}({_tokens(came)[1]}, {n[0]:g}, batch_first=True)",
        "x, _ = {self}(x)", lambda came, n, o: (_tokens(came)[0], int(n[0])), name.lower(),
    )  # fmt: skip


def _heads(came: Shape, n: list[float], o: Options) -> int:
    if n[0] < 1 or _tokens(came)[1] % int(n[0]):
        raise Misfit("layer_heads", heads=f"{n[0]:g}", size=came[1])
    return int(n[0])


def _attention(came: Shape, n: list[float], o: Options) -> str:
    return f"nn.MultiheadAttention({came[1]}, {_heads(came, n, o)}, batch_first=True)"


def _encoder(came: Shape, n: list[float], o: Options) -> str:
    size, heads = came[-1], _heads(came, n, o)
    return f"nn.TransformerEncoderLayer({size}, {heads}, {4 * size}, dropout=0.0, batch_first=True)"


def _groups(came: Shape, n: list[float], o: Options) -> str:
    channels = _image(came)[0]
    if n[0] < 1 or channels % int(n[0]):
        raise Misfit("layer_groups", groups=f"{n[0]:g}", channels=channels)
    return f"nn.GroupNorm({n[0]:g}, {channels})"


def _linear(came: Shape, n: list[float], o: Options) -> str:
    return f"nn.Linear({_features(came)}, {n[-1]:g}{', bias=False' * bool(o['nobias'])})"


def _norm(came: Shape, n: list[float], o: Options) -> str:
    if len(came) == 2:
        raise Misfit("layer_needs_image", shape="×".join(map(str, came)))
    return f"nn.BatchNorm{'2d' if len(came) == 3 else '1d'}({came[0]})"


def _same(came: Shape, n: list[float], o: Options) -> Shape:
    return came


def _plain(call: str) -> Kind:
    return Kind((), 0, {}, None, f"x = {call}", _same)


KINDS: dict[str, Kind] = {
    "linear": Kind(("from", "to"), 1, {"nobias": 0}, _linear, "x = {self}(x)",
                   lambda came, n, o: (*came[:-1], int(n[-1])), "linear"),
    "conv": Kind(("from", "to"), 1, {"k": 3, "s": 1, "p": 0, "g": 1, "nobias": 0}, _conv,
                 "x = {self}(x)", lambda came, n, o: _window(came, o, 1, int(n[-1])), "conv"),
    "upconv": Kind(("from", "to"), 1, {"k": 2, "s": 2}, _upconv, "x = {self}(x)", _up_shape, "up"),
    "pool": Kind(("size",), 0, {"k": 2, "s": 0}, _pool("MaxPool2d"), "x = {self}(x)", _pooled, "pool"),
    "avgpool": Kind(("size",), 0, {"k": 2, "s": 0}, _pool("AvgPool2d"), "x = {self}(x)", _pooled, "pool"),
    "global_pool": Kind((), 0, {}, None, "x = x.mean((2, 3))", lambda came, n, o: (_image(came)[0],)),
    "flatten": Kind((), 0, {}, None, "x = x.flatten(1)", lambda came, n, o: (_product(came),)),
    "batchnorm": Kind((), 0, {}, _norm, "x = {self}(x)", _same, "norm"),
    "layernorm": Kind((), 0, {}, lambda came, n, o: f"nn.LayerNorm({_features(came)})", "x = {self}(x)", _same, "norm"),
    "groupnorm": Kind(("groups",), 1, {}, _groups, "x = {self}(x)", _same, "norm"),
    "dropout": Kind(("p",), 0, {}, lambda came, n, o: f"nn.Dropout({n[0] if n else 0.5:g})", "x = {self}(x)", _same, "dropout"),
    "embedding": Kind(("words", "size"), 2, {}, lambda came, n, o: f"nn.Embedding({n[0]:g}, {n[1]:g})", "x = {self}(x)",
                      lambda came, n, o: (came[0], int(n[1])), "embedding"),
    "lstm": _recurrent("LSTM"), "gru": _recurrent("GRU"), "rnn": _recurrent("RNN"),
    "attention": Kind(("heads",), 1, {}, _attention, "x, _ = {self}(x, x, x)",
                      lambda came, n, o: _tokens(came), "attention"),
    "encoder": Kind(("heads",), 1, {}, _encoder, "x = {self}(x)", lambda came, n, o: _tokens(came), "encoder"),
    "last": Kind((), 0, {}, None, "x = x[:, -1]", lambda came, n, o: _tokens(came)[1:]),
    "mean": Kind((), 0, {}, None, "x = x.mean(1)", lambda came, n, o: _tokens(came)[1:]),
    "relu": _plain("torch.relu(x)"), "sigmoid": _plain("torch.sigmoid(x)"), "tanh": _plain("torch.tanh(x)"),
    "gelu": _plain("F.gelu(x)"), "silu": _plain("F.silu(x)"), "elu": _plain("F.elu(x)"),
    "selu": _plain("F.selu(x)"), "mish": _plain("F.mish(x)"), "softplus": _plain("F.softplus(x)"),
    "hardswish": _plain("F.hardswish(x)"),
    "leaky_relu": Kind(("slope",), 0, {}, None, "x = F.leaky_relu(x, {0:g})", _same),
    "softmax": _plain("x.softmax(-1)"), "log_softmax": _plain("x.log_softmax(-1)"),
}  # fmt: skip

#: loss → (its call on `output` and `target`, the target it needs, with {n} classes)
LOSSES = {
    "cross_entropy": ("F.cross_entropy(output, target)", "class"),
    "nll": ("F.nll_loss(output, target)", "class"),
    "mse": ("F.mse_loss(output, target)", "number"),
    "l1": ("F.l1_loss(output, target)", "number"),
    "huber": ("F.huber_loss(output, target)", "number"),
    "bce": ("F.binary_cross_entropy(output, target)", "bit"),
    "bce_logits": ("F.binary_cross_entropy_with_logits(output, target)", "bit"),
}

#: what a form writes after the name of a layer just chosen
EXAMPLES = {
    "linear": "64", "conv": "16 k3", "upconv": "16 k2", "pool": "2", "avgpool": "2",
    "groupnorm": "4", "dropout": "0.5", "embedding": "1000 64", "lstm": "64", "gru": "64",
    "rnn": "64", "attention": "4", "encoder": "4",
}  # fmt: skip

#: other names people write
ALIASES = {
    "fc": "linear", "dense": "linear", "lin": "linear", "conv2d": "conv", "convolution": "conv",
    "maxpool": "pool", "max_pool": "pool", "maxpool2d": "pool", "avg_pool": "avgpool",
    "deconv": "upconv", "convtranspose": "upconv", "gap": "global_pool", "bn": "batchnorm",
    "batch_norm": "batchnorm", "ln": "layernorm", "layer_norm": "layernorm", "gn": "groupnorm",
    "swish": "silu", "leaky": "leaky_relu", "leakyrelu": "leaky_relu", "logsoftmax": "log_softmax",
    "embed": "embedding", "transformer": "encoder", "self_attention": "attention",
    "crossentropy": "cross_entropy", "ce": "cross_entropy", "mse_loss": "mse", "mae": "l1",
    "bcewithlogits": "bce_logits", "bce_with_logits": "bce_logits", "nll_loss": "nll",
    "smooth_l1": "huber", "flat": "flatten",
}  # fmt: skip


def _product(shape: Shape) -> int:
    total = 1
    for side in shape:
        total *= side
    return total
