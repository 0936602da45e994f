"""A chain of autograd nodes deeper than the usual stack is freed without ending the process."""

import subprocess
import sys

import pytest

CHAIN = """
import torch
from app import trace
w = torch.tensor(0.5, requires_grad=True)
with trace() as run:
    x = w
    for step in range(15_000):
        x = torch.tanh(x * w + 0.1)
    x.backward()
assert len(run.graph.nodes) > 1_000
del run, x
print("freed")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource limits there")
def test_deep_graph_is_freed_in_a_notebook():
    command = [sys.executable, "-c", CHAIN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["freed"], done.returncode
