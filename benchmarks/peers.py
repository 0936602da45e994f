"""The same networks through us and through those who draw networks too, each in a fresh process.

From the start of the program to a drawn picture (of TorchLens: to its record with gradients)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.child import PATIENCE, measured
from benchmarks.programs import programs

PEERS = ("torchviz", "torchview", "torchlens")
HEAD = [
    "| network | torch alone | Gradreel | torchviz | torchview | TorchLens |",
    "| --- | --- | --- | --- | --- | --- |",
]


def told(found: dict[str, Any], plain: dict[str, Any]) -> str:
    """Seconds, times torch alone, and peak memory; or what went wrong."""
    if "failed" in found:
        return str(found["failed"])
    times = found["seconds"] / plain["seconds"]
    return f"{found['seconds']:.2f} s, {times:.1f}×, {found['peak_mib']:,.0f} MiB"


def rows() -> Iterator[str]:
    """A Markdown table, a network a line."""
    yield from HEAD
    for name, program in programs().items():
        plain = measured("bare", name)
        cells = [told(measured(peer, name, PATIENCE), plain) for peer in ("gradreel", *PEERS)]
        alone = f"{plain['seconds']:.2f} s, {plain['peak_mib']:,.0f} MiB"
        yield f"| {program.title} | {alone} | {' | '.join(cells)} |"
