"""What the recorder and the engine hooks see, and that they change nothing."""

import torch

from app.autograd.capture import Update, capture
from app.autograd.engine import BackwardRun
from app.autograd.events import Op

NAME = "<program>"


def run(source, **variables):
    scope = {"torch": torch, **variables}
    with capture(NAME) as state:
        exec(compile(source, NAME, "exec"), scope)
    return state, scope


def ops(state):
    return [event.func.__name__ for event in state.events if isinstance(event, Op)]


def test_calls_are_recorded_in_order():
    state, _ = run("x = torch.ones(2)\ny = (x * 2).exp()")
    assert ops(state) == ["ones", "mul", "exp"]


def test_library_code_alone_is_not_recorded():
    with capture(NAME) as state:
        torch.ones(2) + 1
    assert state.events == []


def test_getters_are_not_ops():
    state, _ = run("x = torch.ones(2)\nx.shape, x.dtype, x.requires_grad, x.size(), len(x), x.item")
    assert ops(state) == ["ones"]


def test_engine_order_is_recorded():
    state, _ = run("x = torch.tensor(3., requires_grad=True)\ny = (x * x).exp()\ny.backward()")
    (backward,) = [e for e in state.events if isinstance(e, BackwardRun)]
    names = [node.name().rpartition("::")[2] for node, _, _ in backward.sent]
    assert names == ["ExpBackward0", "MulBackward0", "AccumulateGrad"]


def test_square_sends_two_contributions():
    state, _ = run("x = torch.tensor(3., requires_grad=True)\n(x * x).backward()")
    (backward,) = [e for e in state.events if isinstance(e, BackwardRun)]
    assert [c.content for c in backward.sent[0][1]] == [3.0, 3.0]


def test_hooks_are_removed_afterwards():
    _, scope = run(
        "x = torch.tensor(3., requires_grad=True)\ny = x * x\ny.backward(retain_graph=True)"
    )
    calls = []
    scope["y"].grad_fn.register_hook(lambda *_: calls.append(1))
    scope["y"].backward()
    assert calls == [1]
    assert scope["x"].grad.item() == 12.0


def test_gradients_are_bit_identical():
    source = """
torch.manual_seed(0)
m = torch.nn.Sequential(torch.nn.Linear(40, 30), torch.nn.Tanh(), torch.nn.Linear(30, 1))
loss = m(torch.randn(16, 40)).pow(2).mean()
loss.backward()
"""
    _, traced = run(source)
    bare = {"torch": torch}
    exec(source, bare)
    for ours, theirs in zip(traced["m"].parameters(), bare["m"].parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)
    assert torch.equal(torch.get_rng_state(), torch.get_rng_state())


def test_patches_are_undone():
    before = (
        torch.autograd._engine_run_backward,
        torch.nn.Module.__call__,
        torch.optim.Optimizer.zero_grad,
        torch.compile,
    )
    run("x = torch.ones(1)")
    after = (
        torch.autograd._engine_run_backward,
        torch.nn.Module.__call__,
        torch.optim.Optimizer.zero_grad,
        torch.compile,
    )
    assert before == after


def test_optimizer_step_is_one_event():
    state, _ = run(
        "w = torch.nn.Parameter(torch.ones(3))\no = torch.optim.Adam([w])\n(w * w).sum().backward()\no.step()"
    )
    assert sum(isinstance(event, Update) for event in state.events) == 1
    assert ops(state)[-1] == "sum"


def test_custom_function_is_one_op():
    state, _ = run(
        """
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g * 2
y = Double.apply(torch.ones(1, requires_grad=True))
"""
    )
    assert ops(state) == ["ones", "Double"]
