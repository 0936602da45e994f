"""`python -m benchmarks [capture|gpt2|request]…` prints each comparison; all without arguments."""

from __future__ import annotations

import sys

from benchmarks import capture, request

RUNS = {
    "capture": lambda: capture.rows(large=False),
    "gpt2": lambda: capture.rows(large=True),
    "request": request.rows,
}

for name in sys.argv[1:] or RUNS:
    print(f"# {name}")
    for row in RUNS[name]():
        print(row, flush=True)
