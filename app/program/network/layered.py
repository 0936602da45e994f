"""Layers of a line in; the torch code of the network, its loss and a batch to try it on, out."""

from __future__ import annotations

from typing import Any

from app.errors import ProgramError
from app.graph import Diagnostic, Span
from app.program.network.code import Line
from app.program.network.kinds import KINDS, LOSSES, Misfit, Shape
from app.program.network.line import Layer
from app.words import say

#: sizes taken where the line gives none
IMAGE, SEQUENCE, BATCH = 32, 16, 4


class Controls(dict[str, int]):
    """What can be set beside the text: name → value, in the order shown."""

    def __init__(self, given: dict[str, object], lang: str) -> None:
        super().__init__()
        self.given, self.lang = given, lang

    def take(self, name: str, default: int, most: int) -> int:
        """The value the user set, or the default. Raises ProgramError `control_range`."""
        value = self.given.get(name, default)
        if not isinstance(value, int | float) or value != int(value) or not 1 <= value <= most:
            words: dict[str, Any] = {"name": name, "most": most}
            raise ProgramError("control_range", lang=self.lang, **words)
        self[name] = int(value)
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """A switch the user set, or the default. Raises ProgramError `control_range`."""
        value = self.given.get(name, default)
        if value not in (True, False):
            raise ProgramError("control_range", lang=self.lang, name=name, most=1)
        self[name] = bool(value)
        return bool(value)


def layered(
    given: list[Layer], controls: Controls, lang: str
) -> tuple[list[Line], list[Diagnostic]]:
    """Raises ProgramError where a layer does not fit what comes in."""
    loss = given[-1] if given[-1].kind in LOSSES else None
    body = given[:-1] if loss else given
    for layer in body:
        if layer.kind in LOSSES:
            raise ProgramError("loss_last", span=layer.span, lang=lang, name=layer.kind)
    came = _input(body, controls, lang)
    if body and body[0].kind == "input":
        body = body[1:]
    if not body:
        raise ProgramError("no_layers", span=given[0].span, lang=lang)
    batch = controls.take("batch", BATCH, 4096)
    makes, calls, gone = _body(body, came, lang)
    start = given[0].span
    lines = [Line("import torch", start), Line("import torch.nn as nn", start)]
    lines += [Line("import torch.nn.functional as F", start), Line("", start), Line("", start)]
    lines.append(Line("class Network(nn.Module):", start))
    if makes:
        lines += [Line("    def __init__(self):", start), Line("        super().__init__()", start)]
        lines += [*makes, Line("", start)]
    lines += [Line("    def forward(self, x):", start), *calls]
    end = body[-1].span
    lines += [Line("        return x", end), Line("", end), Line("", end)]
    lines += [Line("net = Network()", start), _sample(given, body, came, batch, start)]
    lines.append(Line("output = net(x)", end))
    return lines + _loss(loss, gone, batch, end, lang), _notes(body, loss, lang)


def _input(given: list[Layer], controls: Controls, lang: str) -> Shape:
    """What one sample looks like."""
    first = given[0] if given else None
    if first is not None and first.kind == "input":
        sizes = tuple(int(n) for n in first.numbers)
        if len(sizes) == 2 and not _takes_tokens(given[1:]):
            return (1, *sizes)
        if len(sizes) > 3:
            raise ProgramError("layer_input_dims", span=first.span, lang=lang, count=len(sizes))
        return sizes
    if first is not None and first.kind == "conv" and len(first.numbers) == 2:
        side = controls.take("image", IMAGE, 1024)
        return (int(first.numbers[0]), side, side)
    if first is not None and first.kind == "linear" and len(first.numbers) == 2:
        return (int(first.numbers[0]),)
    if first is not None and first.kind == "embedding":
        return (controls.take("sequence", SEQUENCE, 4096),)
    span = first.span if first else None
    raise ProgramError("layer_needs_input", span=span, lang=lang, name=first.kind if first else "")


def _takes_tokens(layers: list[Layer]) -> bool:
    return any(
        x.kind in ("lstm", "gru", "rnn", "attention", "encoder", "last", "mean") for x in layers[:3]
    )


def _body(body: list[Layer], came: Shape, lang: str) -> tuple[list[Line], list[Line], Shape]:
    """Constructors, calls, and the shape that goes out."""
    makes, calls = [], []
    count: dict[str, int] = {}
    for layer in body:
        kind = KINDS[layer.kind]
        _agrees(layer, came, lang)
        name = ""
        try:
            if kind.make is not None:
                count[kind.prefix] = count.get(kind.prefix, 0) + 1
                name = f"{kind.prefix}{count[kind.prefix]}"
                made = kind.make(came, layer.numbers, layer.options)
                makes.append(Line(f"        self.{name} = {made}", layer.span))
            call = kind.call.format(*(layer.numbers or [0.01]), self=f"self.{name}")
            came = kind.shape(came, layer.numbers, layer.options)
        except Misfit as error:
            words: dict[str, Any] = {"name": layer.kind, **error.words}
            raise ProgramError(error.code, span=layer.span, lang=lang, **words) from None
        shown = "×".join(map(str, came))
        calls.append(Line(f"        {call.ljust(34)}  # {shown}", layer.span))
    return makes, calls, came


def _agrees(layer: Layer, came: Shape, lang: str) -> None:
    """`3→16` must say what really comes in; an embedding reads token numbers and comes first."""
    takes = KINDS[layer.kind].takes
    if takes[:1] == ("from",) and len(layer.numbers) == 2:
        here = came[0] if layer.kind != "linear" and len(came) == 3 else came[-1]
        if int(layer.numbers[0]) != here:
            words: dict[str, Any] = {
                "said": f"{layer.numbers[0]:g}",
                "real": here,
                "name": layer.kind,
            }
            raise ProgramError("layer_from", span=layer.span, lang=lang, **words)
    if layer.kind == "embedding" and len(came) != 1:
        shape = "×".join(map(str, came))
        raise ProgramError("layer_needs_numbers", span=layer.span, lang=lang, shape=shape)


def _sample(given: list[Layer], body: list[Layer], came: Shape, batch: int, at: Span) -> Line:
    sizes = ", ".join(map(str, (batch, *came)))
    if body[0].kind == "embedding":
        return Line(f"x = torch.randint(0, {body[0].numbers[0]:g}, ({sizes}))", at)
    return Line(f"x = torch.randn({sizes})", at)


def _loss(loss: Layer | None, gone: Shape, batch: int, end: Span, lang: str) -> list[Line]:
    if loss is None:
        return [Line("loss = output.sum()  # no loss was named", end), Line("loss.backward()", end)]
    call, target = LOSSES[loss.kind]
    sizes = ", ".join(map(str, (batch, *gone)))
    where = loss.span
    if target == "class" and len(gone) == 2:
        call = call.replace("output", "output.flatten(0, 1)").replace("target", "target.flatten()")
    if target == "class":
        shape = (batch, *(gone[1:] if len(gone) == 3 else gone[:-1]))
        classes = gone[0] if len(gone) == 3 else gone[-1]
        text = f"target = torch.randint(0, {classes}, ({', '.join(map(str, shape))},))"
        lines = [Line(text.replace(",,", ","), where)]
    elif target == "bit":
        lines = [Line(f"target = torch.randint(0, 2, ({sizes})).float()", where)]
    else:
        lines = [Line(f"target = torch.randn({sizes})", where)]
    return [*lines, Line(f"loss = {call}", where), Line("loss.backward()", where)]


def _notes(body: list[Layer], loss: Layer | None, lang: str) -> list[Diagnostic]:
    """Mistakes that run without an error, and are made every day."""
    last = body[-1].kind
    code = ""
    if loss and loss.kind == "cross_entropy" and last == "softmax":
        code = "softmax_twice"
    elif loss and loss.kind == "nll" and last != "log_softmax":
        code = "nll_needs_log"
    elif loss and loss.kind == "bce_logits" and last == "sigmoid":
        code = "sigmoid_twice"
    elif loss and loss.kind == "bce" and last not in ("sigmoid", "softmax"):
        code = "bce_needs_sigmoid"
    if not code or loss is None:
        return []
    return [
        Diagnostic(
            code=code,
            severity="warning",
            node=None,
            span=body[-1].span,
            message=say(f"note.{code}", lang),
            hint=say(f"note.{code}.hint", lang),
        )
    ]
