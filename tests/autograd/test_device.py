"""The device a program is given: unchanged code is moved, torch is left as it was."""

import pytest
import torch

from app.autograd import run
from app.autograd.device import missing, placed
from app.protocol import Job, Options


def test_default_device_is_restored():
    with placed("meta"):
        assert torch.tensor([1.0]).device.type == torch.randn(2).device.type == "meta"
        assert torch.nn.Linear(2, 2).weight.device.type == "meta"
        torch.set_default_device("cpu")
    assert torch.tensor(1.0).device.type == "cpu"
    assert torch.empty(1).device.type == "cpu"


def test_run_leaves_no_device_behind():
    source = "import torch\ntorch.set_default_device('meta')\nx = torch.ones(2)"
    run(Job(source=source))
    assert torch.ones(1).device.type == "cpu"


def test_named_cpu_runs_as_the_cpu():
    outcome = run(Job(source="y = 2.0 * 3.0", options=Options(device="cpu:0"))).outcome
    assert outcome.problem is None and outcome.graph.run.device == "cpu:0"


@pytest.mark.parametrize("name", ["nonsense", "meta", "", "cpu:x"])
def test_unknown_device_is_named(name):
    assert missing(name) == "unknown"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card here")
def test_absent_cuda_says_why():
    problem = run(Job(source="y = 1", options=Options(device="cuda"))).outcome.problem
    assert problem.code == "no_such_device"
    assert missing("cuda") in ("cuda_build", "cuda_card")
    assert ("built without CUDA" in problem.hint) == (torch.version.cuda is None)
