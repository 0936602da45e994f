"""`python -m benchmarks [capture|gpt2|request|explain|export|networks|peers|…]…` prints each
comparison; all without arguments. Tables also go into benchmarks/README.md."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import capture, explain, export, images, networks, peers, pptx, request

RUNS = {
    "capture": lambda: capture.rows(large=False),
    "gpt2": lambda: capture.rows(large=True),
    "request": request.rows,
    "explain": explain.rows,
    "export": export.rows,
    "pptx": pptx.rows,
    "images": images.rows,
    "networks": networks.rows,
    "peers": peers.rows,
}
TABLES = ("networks", "peers")
README = Path(__file__).with_name("README.md")


def kept(name: str, lines: list[str]) -> None:
    """Put a table between its marks in the README."""
    before, start, rest = README.read_text("utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end {name} -->")
    README.write_text(before + start + "\n".join(lines) + "\n" + end + after, "utf-8")


if __name__ == "__main__":  # the layout process imports this module again
    for name in sys.argv[1:] or RUNS:
        print(f"# {name}")
        lines = []
        for row in RUNS[name]():
            print(row, flush=True)
            lines.append(row)
        if name in TABLES:
            kept(name, lines)
