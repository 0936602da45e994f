"""The TypeScript the browser speaks must be what the Python structs say today."""

from __future__ import annotations

from typing import Any, Literal

from app import types_ts
from app.assets import HERE
from app.graph import Struct


class Sample(Struct, kw_only=True, tag="sample"):
    """One field of each shape a wire struct may have."""

    kind: Literal["a", "b"] | None
    pairs: list[tuple[str, float]]
    mixed: list[int | str]
    table: dict[str, Any]


def test_committed_types_match_structs() -> None:
    committed = (HERE.parent / "static" / "src" / "types.ts").read_text("utf-8")
    assert committed == types_ts.source(), "run `python -m app.types_ts`"


def test_every_field_shape_translates() -> None:
    assert types_ts.interface(Sample) == (
        "export interface Sample {\n"
        '  type: "sample";\n'
        '  kind: "a" | "b" | null;\n'
        "  pairs: [string, number][];\n"
        "  mixed: (number | string)[];\n"
        "  table: Record<string, unknown>;\n"
        "}"
    )


def test_names_are_exported_once() -> None:
    names = [struct.__name__ for struct in types_ts.structs()]
    assert len(names) == len(set(names))
    assert {"Graph", "Job", "Problem", "Picture", "ResultMessage", "FoldMessage"} <= set(names)
