"""The variables of a program that computed nothing in; the problem that it only defines, with a call
of what it defines that was tried, out."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from app.errors import Problem, ProgramError
from app.program import FILENAME
from app.program.familiar import FAMILIAR, familiar

#: what a size is likely to be, by the name of its argument
SIZES = (
    (r"^(?:num_?classes|n_?classes|out|output|n_out|fan_out)", 3),
    (r"vocab", 20),
    (r"head", 2),
    (r"layer|depth|block(?!_size)", 2),
    (r"hidden|latent|ff|mlp", 16),
    (r"emb|model|dim|width|features", 8),
    (r"kernel|channel", 3),
    (r"len|context|size|seq|steps", 8),
)
#: smaller ones for what a configuration made to be large has
SMALL = {"n_layer", "n_layers", "num_layers", "num_hidden_layers"}


def uncalled(source: str, variables: dict[str, Any], lang: str) -> Problem | None:
    """None where nothing is defined that tensors could be given to. What it tries may need names a
    fragment leaves out: familiar ones get their values, for good."""
    try:
        return _uncalled(source, variables, lang)
    except Exception:  # what it defines may do anything when it is looked at
        return None


def _uncalled(source: str, variables: dict[str, Any], lang: str) -> Problem | None:
    lines = [line for line in familiar(source) if line.split(" = ")[0] not in variables]
    for line in lines:
        with contextlib.suppress(Exception):
            exec(line, {"torch": torch, "nn": nn}, variables)
    for found in _made(variables):
        for call in _inputs(found.given):
            if (written := _tried(found, call)) is not None:
                head = "".join(f"{line}\n" for line in lines)
                repair = f"{source.rstrip()}\n\n{head}{found.line}{written}"
                return _problem(found.name, repair, lang)
    main = variables.get("main")
    if inspect.isfunction(main) and not _wanted(main):
        return _problem("main", f"{source.rstrip()}\n\nmain()\n", lang)
    return None


def _problem(name: str, repair: str, lang: str) -> Problem:
    return ProgramError("only_defined", lang=lang, repair=repair, name=name).problem


class Made(NamedTuple):
    """Something to call: the name it is defined by, the name to call it by, the line that makes it."""

    name: str
    called: str
    given: Callable[..., Any]
    line: str = ""


def _made(variables: dict[str, Any]) -> Iterator[Made]:
    """Modules there are, then classes of modules, then functions; the last defined first."""
    own = list(reversed([(k, v) for k, v in variables.items() if not k.startswith("_")]))
    yield from (Made(name, name, value) for name, value in own if isinstance(value, nn.Module))
    for name, value in own:
        if _is_own(value) and isinstance(value, type) and issubclass(value, nn.Module):
            arguments = _arguments(value.__init__, variables)
            if arguments is None or value.forward is nn.Module.forward:
                continue
            called = "net" if "net" not in variables else "network"
            try:
                made = value(**{key: given for key, (given, _) in arguments.items()})
            except Exception:
                continue
            written = ", ".join(f"{key}={text}" for key, (_, text) in arguments.items())
            yield Made(name, called, made, f"{called} = {name}({written})\n")
    yield from (Made(n, n, v) for n, v in own if inspect.isfunction(v) and _is_own(v))


def _is_own(value: Any) -> bool:
    """Whether the program itself defines it."""
    code = getattr(getattr(value, "forward", value), "__code__", None)
    return code is not None and code.co_filename == FILENAME


def _arguments(method: Any, variables: dict[str, Any]) -> dict[str, tuple[Any, str]] | None:
    """A value, and how it is written, for each argument without a default."""
    found: dict[str, tuple[Any, str]] = {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        if parameter.default is not parameter.empty or parameter.kind in (2, 4):
            continue
        value = _configured(variables) if re.search("conf|cfg|args", name) else _size(name)
        if value is None:
            return None
        found[name] = value
    return found


def _size(name: str) -> tuple[Any, str]:
    if re.search(r"^(?:p$|drop)|rate", name):
        return 0.0, "0.0"
    if name in FAMILIAR:
        return eval(FAMILIAR[name], {"torch": torch, "nn": nn, "model": nn.Linear(1, 1)}), FAMILIAR[
            name
        ]
    if "bias" in name:
        return True, "True"
    number = next((size for pattern, size in SIZES if re.search(pattern, name.lower())), 4)
    return number, str(number)


def _configured(variables: dict[str, Any]) -> tuple[Any, str] | None:
    """A dataclass of the program's, with few layers."""
    for name, value in variables.items():
        if isinstance(value, type) and dataclasses.is_dataclass(value):
            few = {field.name: 2 for field in dataclasses.fields(value) if field.name in SMALL}
            try:
                made = value(**few)
            except Exception:
                continue
            return made, f"{name}({', '.join(f'{key}={number}' for key, number in few.items())})"
    return None


def _inputs(given: Callable[..., Any]) -> Iterator[str]:
    """Texts of tensors to try, by the first layer that has a size."""
    if not isinstance(given, nn.Module):
        for shape in ("3", "3, 3", "1, 2, 4, 4", ""):
            yield f"torch.randn({shape or '()'}, requires_grad=True)"
        return
    for layer in given.modules():
        if isinstance(layer, nn.Embedding):
            yield from (f"torch.randint(0, {layer.num_embeddings}, ({s}))" for s in ("1, 8", "8,"))
        elif isinstance(layer, (nn.Conv2d, nn.Conv1d)):
            tail = "{0}, {0}" if isinstance(layer, nn.Conv2d) else "{0}"
            sides = (28, 32, 64, 96, 224)
            yield from (
                f"torch.randn(1, {layer.in_channels}, {tail.format(side)})" for side in sides
            )
        elif isinstance(layer, (nn.Linear, nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention)):
            size = getattr(layer, "in_features", getattr(layer, "input_size", None))
            size = size or getattr(layer, "embed_dim", 4)
            yield from (f"torch.randn({shape}, {size})" for shape in ("2", "1, 4"))
        else:
            continue
        return
    for weight in given.parameters():
        if weight.dim() == 1:
            yield f"torch.randn(2, {len(weight)}, requires_grad=True)"
    yield from ("torch.randn(2, 4, requires_grad=True)", "torch.randn(1, 3, 8, 8)")


def _wanted(given: Callable[..., Any]) -> list[str]:
    """Names of the arguments that have no default."""
    return [
        key
        for key, one in inspect.signature(given).parameters.items()
        if one.default is one.empty and one.kind not in (2, 4)
    ]


def _tried(found: Made, text: str) -> str | None:
    """The lines that call it, where the call gives a tensor a gradient can leave."""
    wanted = _wanted(found.given.forward if isinstance(found.given, nn.Module) else found.given)
    if not wanted or len(wanted) > 4:
        return None
    made = [eval(text, {"torch": torch}) for _ in wanted]
    try:
        out = found.given(*made)
    except Exception:
        return None
    first = out[0] if isinstance(out, tuple) and out else out
    if not isinstance(first, Tensor) or first.grad_fn is None:
        return None
    names = ["x"] if len(wanted) == 1 else wanted
    lines = [f"{key} = {text}" for key in names]
    part = "[0]" if first is not out else ""
    total = "" if first.dim() == 0 else ".sum()"
    lines += [f"loss = {found.called}({', '.join(names)}){part}{total}", "loss.backward()"]
    return "\n".join(lines) + "\n"
