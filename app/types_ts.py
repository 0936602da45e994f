"""The wire structs in; the TypeScript the browser speaks them by (static/src/types.ts), out."""

from __future__ import annotations

import sys
import types
import typing
from pathlib import Path
from typing import Any, Literal, Union

from app import errors, explanations, graph, health, protocol
from app.export import reel
from app.export.scene import How
from app.layout.find import Found, Hit
from app.picture import marks
from app.web import messages

HEADER = "// Generated from the Python structs by `python -m app.types_ts`; do not edit.\n"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def structs() -> list[type[graph.Struct]]:
    """Every struct that travels, in the order it is defined."""
    found: list[type[graph.Struct]] = [Hit, Found, How]
    for module in (graph, errors, health, explanations, protocol, marks, messages, reel):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, graph.Struct):
                if value.__module__ == module.__name__ and value is not graph.Struct:
                    found.append(value)
    return found


def interface(struct: type[graph.Struct]) -> str:
    """One struct as an interface; a tagged one names its tag."""
    hints = typing.get_type_hints(struct)
    lines = [f"export interface {struct.__name__} {{"]
    tag = struct.__struct_config__.tag
    if tag:
        lines.append(f'  type: "{tag}";')
    lines += [f"  {name}: {text_of(hints[name])};" for name in struct.__struct_fields__]
    return "\n".join([*lines, "}"])


def text_of(kind: Any) -> str:
    """A Python type as TypeScript."""
    if kind is Any:
        return "unknown"
    if kind in PLAIN:
        return PLAIN[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(text_of(part) for part in arguments))
    if origin is list:
        inner = text_of(arguments[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(text_of(part) for part in arguments)}]"
    if origin is dict:
        return f"Record<string, {text_of(arguments[1])}>"
    return str(kind.__name__)


def source() -> str:
    """The whole file."""
    return HEADER + "\n" + "\n\n".join(interface(struct) for struct in structs()) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "static/src/types.ts").write_text(source(), "utf-8")
