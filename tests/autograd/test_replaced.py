"""Programs that lean on processes, compilers and closures in; what they compute all the same, out."""

from __future__ import annotations

import pytest
import torch

from app.autograd import run
from app.graph import Graph
from app.protocol import Job


def graph_of(source: str) -> Graph:
    outcome = run(Job(source="import torch\n" + source)).outcome
    assert outcome.problem is None, outcome.problem
    assert outcome.graph is not None
    return outcome.graph


LOADER = """from torch.utils.data import DataLoader, TensorDataset
w = torch.tensor([2.0], requires_grad=True)
data = TensorDataset(torch.arange(4.0))
for (x,) in DataLoader(data, 2, num_workers=2, persistent_workers=True, prefetch_factor=4):
    (w * x).sum().backward()
"""
SCRIPT = """@torch.jit.script
def f(x):
    return (x * x).sum()
w = torch.tensor([2.0], requires_grad=True)
f(w).backward()
layer = torch.jit.script(torch.nn.Linear(1, 1))
"""
FUNC = """from torch.func import grad, hessian, jacrev, vmap
def f(x): return (x ** 3).sum()
x, w = torch.tensor([1.0, 2.0]), torch.tensor([3.0], requires_grad=True)
print(grad(f)(x), vmap(grad(lambda t: t * t))(x), jacrev(torch.sin)(x), hessian(f)(x))
(grad(f)(x) * w).sum().backward()
"""


@pytest.mark.parametrize(("source", "gradient"), [(LOADER, 6.0), (SCRIPT, 4.0), (FUNC, 15.0)])
def test_gradient_is_torchs_all_the_same(source: str, gradient: float) -> None:
    leaf = next(node for node in graph_of(source).nodes if node.name == "w")
    assert leaf.outputs[0].gradient.data == [gradient]


@pytest.mark.parametrize("call", ["opt.step(closure)", "opt.step(closure=closure)"])
@pytest.mark.parametrize("kind", ["LBFGS([x], max_iter=3)", "SGD([x], lr=0.01)"])
def test_closure_is_recorded_between_updates(kind: str, call: str) -> None:
    source = f"""x = torch.tensor([1.5, -1.0], requires_grad=True)
opt = torch.optim.{kind}
def closure():
    opt.zero_grad()
    loss = (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2
    loss.backward()
    return loss
{call}
"""
    graph = graph_of(source)
    names: dict[str, torch.Tensor] = {}
    exec("import torch\n" + source, names)
    kinds = [each.kind for each in graph.passes]
    assert kinds == ["forward", "backward", "update"] * (len(kinds) // 3) and len(kinds) >= 3
    versions = [node for node in graph.nodes if node.name == "x"]
    assert versions[-1].outputs[0].value.data == names["x"].tolist()
    last = [v.outputs[0].gradient for v in versions if v.outputs[0].gradient][-1]
    assert last.data == names["x"].grad.tolist()


def test_torch_is_as_before_afterwards() -> None:
    before = torch.jit.script, torch.compile, torch.utils.data.DataLoader.__init__
    graph_of(SCRIPT)
    assert before == (torch.jit.script, torch.compile, torch.utils.data.DataLoader.__init__)
