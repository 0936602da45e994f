"""One layer written as code, torch's or Keras', in; the words a layer line has for it, out."""

from __future__ import annotations

import ast
from typing import Any

from app.program.network.kinds import KINDS, LOSSES
from app.program.network.line import INPUTS, known


class Unwritten(Exception):
    """A line has no words for it."""


#: names of torch's and Keras' classes that are no names in a line
NAMES = {
    "maxpooling2d": "pool", "averagepooling2d": "avgpool", "avgpool2d": "avgpool",
    "globalaveragepooling2d": "global_pool", "batchnorm1d": "batchnorm", "batchnorm2d": "batchnorm",
    "batchnormalization": "batchnorm", "layernormalization": "layernorm",
    "conv2dtranspose": "upconv", "convtranspose2d": "upconv", "multiheadattention": "attention",
    "crossentropyloss": "cross_entropy", "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy", "categoricalcrossentropy": "cross_entropy",
    "sparsecategoricalcrossentropy": "cross_entropy", "binary_crossentropy": "bce",
    "binarycrossentropy": "bce", "bceloss": "bce", "bcewithlogitsloss": "bce_logits",
    "mseloss": "mse", "mean_squared_error": "mse", "meansquarederror": "mse", "l1loss": "l1",
    "nllloss": "nll", "huberloss": "huber", "inputlayer": "input",
}  # fmt: skip
#: keywords, with the only values that change nothing here; None: any
HARMLESS: dict[str, tuple[Any, ...] | None] = {
    "inplace": None, "name": None, "batch_first": (True,), "dim": (-1, 1), "axis": (-1,), "eps": None,
    "momentum": None, "affine": (True,), "elementwise_affine": (True,), "bias": (True,),
    "track_running_stats": None, "use_bias": (True,), "dilation": (1, (1, 1)), "groups": (1,),
    "ceil_mode": (False,), "padding": (0, (0, 0), "valid"), "num_layers": (1,), "start_dim": (1,),
    "kernel_initializer": None, "end_dim": (-1,), "negative_slope": (0.01,),
}  # fmt: skip
#: what an input is where a first layer does not say it
GUESSES = {"linear": "784", "conv": "3x32x32", "lstm": "16x8", "gru": "16x8", "rnn": "16x8"}
PAIR = ("in_features", "in_channels", "num_embeddings", "input_size")
SIZE = (
    "out_features", "out_channels", "units", "filters", "embedding_dim", "hidden_size", "output_dim",
)  # fmt: skip


def pieces(node: ast.expr, first: bool) -> list[str]:
    """`linear 10→5`, `relu`. Raises Unwritten."""
    if isinstance(node, ast.Constant):
        return [_whole(node.value)]
    if isinstance(node, ast.Name | ast.Attribute):
        return [_kind(node)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Constant):
        return [f"{_whole(node.value.value)} {_activation(node.slice)}"]
    if not isinstance(node, ast.Call):
        raise Unwritten
    if isinstance(node.func, ast.Constant):
        return [f"{_whole(node.func.value)} {_activation(*node.args)}"]
    return _Call(node).pieces(first)


def _whole(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unwritten
    return str(value)


def _kind(node: ast.expr) -> str:
    name = (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")).lower()
    found = NAMES.get(name) or known(name) or ("input" if name in INPUTS else None)
    if found is None:
        raise Unwritten
    return found


def _activation(*nodes: ast.expr) -> str:
    if len(nodes) != 1:
        raise Unwritten
    node = nodes[0]
    return _kind(ast.Name(str(node.value)) if isinstance(node, ast.Constant) else node)


class _Call:
    """A call's numbers by place and by name; each is taken once, and what is left must be harmless."""

    def __init__(self, node: ast.Call) -> None:
        self.kind = _kind(node.func)
        written = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id  # type: ignore[attr-defined]
        self.is_keras = written in ("Dense", "Embedding") or "2D" in written or "Pooling" in written
        named = {word.arg or "": word.value for word in node.keywords}
        self.activation = _activation(named.pop("activation")) if "activation" in named else ""
        self.places: list[Any] = []
        for argument in node.args:
            if isinstance(argument, ast.Name):
                self.activation = _activation(argument)
            else:
                self.places.append(ast.literal_eval(argument))
        self.named = {word: ast.literal_eval(value) for word, value in named.items()}
        self.came = self.named.pop(
            "input_shape", self.named.pop("input_dim", self.named.pop("shape", None))
        )
        self.is_keras |= self.came is not None or "units" in self.named

    def take(self, *names: str) -> Any:
        """A named value, else the next in place, else None."""
        for name in names:
            if name in self.named:
                return self.named.pop(name)
        return self.places.pop(0) if self.places else None

    def named_only(self, *names: str) -> Any:
        """The same, by name alone."""
        return next((self.named.pop(name) for name in names if name in self.named), None)

    def pieces(self, first: bool) -> list[str]:
        """What it comes to."""
        reads = getattr(self, f"read_{self.kind}", None)
        found = reads() if reads else [self._plain()]
        given = self._input()
        if first and given is None and not self._says_input(found[0]):
            given = GUESSES.get(self.kind)
        for name, value in self.named.items():
            allowed = HARMLESS.get(name, ())
            if allowed is not None and value not in allowed:
                raise Unwritten
        if self.places:
            raise Unwritten
        return [
            *([given] if given and first else []),
            *found,
            *([self.activation] if self.activation else []),
        ]

    def _says_input(self, piece: str) -> bool:
        return "→" in piece or self.kind in ("embedding", "input")

    def _input(self) -> str | None:
        """Keras gives one sample, channels last."""
        if self.came is None:
            return None
        sizes = list(self.came) if isinstance(self.came, tuple | list) else [self.came]
        sizes = [sizes[-1], *sizes[:-1]] if len(sizes) == 3 else sizes
        return "x".join(_whole(size) for size in sizes)

    def _plain(self) -> str:
        if self.kind in LOSSES or self.kind in ("batchnorm", "layernorm"):
            self.places = []
            self.named_only("num_features", "normalized_shape")
        elif self.kind == "dropout":
            rate = self.take("p", "rate")
            return f"dropout {rate:g}" if isinstance(rate, float | int) else "dropout"
        elif self.kind == "groupnorm":
            groups = self.take("num_groups")
            self.take("num_channels")
            return f"groupnorm {_whole(groups)}"
        elif self.places in ([0], [1], [-1], [True]):  # an axis: Softmax(-1), Flatten(1)
            self.places = []
        elif len(self.places) == 1 and KINDS[self.kind].make is None:
            return f"{_whole(self.places.pop())} {self.kind}"  # relu(128): a size, and what follows
        return self.kind

    def _pair(self) -> str:
        came = None if self.is_keras else self.take(*PAIR)
        gone = self.take(*SIZE)
        if gone is None:
            return _whole(came)
        return _whole(gone) if came is None else f"{_whole(came)}→{_whole(gone)}"

    def read_linear(self) -> list[str]:
        sizes = self._pair()
        bias = self.named_only("bias", "use_bias")
        return [f"linear {sizes}" + (" nobias" if bias is False else "")]

    def read_conv(self) -> list[str]:
        sizes = self._pair()
        kernel = _side(self.take("kernel_size"), 3)
        stride = _side(self.take("stride", "strides"), 1)
        around = self.take("padding")
        padding = (kernel - 1) // 2 if around == "same" and stride == 1 else _side(around, 0)
        bias = self.named_only("bias", "use_bias")
        return [
            f"{self.kind} {sizes} k{kernel}"
            + f" s{stride}" * (stride != 1)
            + f" p{padding}" * (padding > 0)
            + " nobias" * (bias is False)
        ]

    def read_upconv(self) -> list[str]:
        sizes = self._pair()
        kernel = _side(self.take("kernel_size"), 2)
        return [
            f"upconv {sizes.split('→')[-1]} k{kernel} s{_side(self.take('stride', 'strides'), 1)}"
        ]

    def read_pool(self) -> list[str]:
        size = _side(self.take("kernel_size", "pool_size"), 2)
        stride = _side(self.take("stride", "strides"), size)
        return [f"{self.kind} {size}" + f" s{stride}" * (stride != size)]

    read_avgpool = read_pool

    def read_lstm(self) -> list[str]:
        came, ends = None, self.named_only("return_sequences")
        if len(self.places) > 1 or "input_size" in self.named:
            came = f"16x{_whole(self.take('input_size'))}"
        layer = f"{self.kind} {_whole(self.take('hidden_size', 'units'))}"
        self.came = self.came or (tuple(map(int, came.split("x"))) if came else None)
        return [layer, "last"] if self.is_keras and not ends else [layer]

    read_gru = read_rnn = read_lstm

    def read_embedding(self) -> list[str]:
        words, size = (
            self.take("num_embeddings", "input_dim"),
            self.take("embedding_dim", "output_dim"),
        )
        return [f"embedding {_whole(words)} {_whole(size)}"]

    def read_attention(self) -> list[str]:
        self.take("embed_dim", "d_model")
        return [f"{self.kind} {_whole(self.take('num_heads', 'nhead'))}"]

    read_encoder = read_attention

    def read_input(self) -> list[str]:
        """Input(784), Input(shape=(28, 28, 1))."""
        self.came = self.came or self.take("size")
        given, self.came = self._input(), None
        if given is None:
            raise Unwritten
        return [given]

    def read_leaky_relu(self) -> list[str]:
        slope = self.take("negative_slope", "alpha")
        return [f"leaky_relu {slope:g}" if isinstance(slope, float) else "leaky_relu"]


def _side(value: Any, default: int) -> int:
    """A window's side; sides that differ have no word."""
    if isinstance(value, tuple | list) and len(set(value)) == 1:
        value = value[0]
    if value in (None, "valid"):
        return default
    return int(_whole(value))
