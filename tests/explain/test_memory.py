"""What is kept for backward: torch's own saved tensors, shared ones counted once."""

import torch
from torch.autograd.graph import saved_tensors_hooks

from app.explanations import Remember

NET = "import torch\ntorch.manual_seed(0)\nx = torch.randn(8, 16)\nw1 = torch.randn(16, 32, requires_grad=True)\nw2 = torch.randn(32, 4, requires_grad=True)\nh = torch.tanh(x @ w1)\ny = torch.sigmoid(h @ w2)\nloss = (y ** 2).mean()\nloss.backward()"


def test_bytes_are_those_torch_packs(asked):
    packed = {}
    scope = {}

    def pack(tensor):
        packed[tensor.data_ptr()] = tensor
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        exec(NET.replace("loss.backward()", ""), scope)
    given = {scope[name].data_ptr() for name in ("x", "w1", "w2")}
    wanted = sum(t.numel() * t.element_size() for p, t in packed.items() if p not in given)
    assert asked(NET).ask(Remember()).peak == wanted


def test_names_say_what_is_kept(asked):
    run = asked(NET)
    saved = {one.node: one for one in run.ask(Remember()).saved}
    kept = saved[run.id("h")]
    assert [t.name for t in kept.tensors] == ["h"] and kept.bytes == 8 * 32 * 4 and kept.released


def test_retained_graph_is_not_released(asked):
    run = asked(NET.replace("backward()", "backward(retain_graph=True)"))
    assert not any(one.released for one in run.ask(Remember()).saved)


def test_asking_changes_no_gradient(asked):
    run = asked(NET)
    before = run.graph.nodes
    run.ask(Remember())
    assert run.explained.outcome.graph.nodes is before
    assert torch.is_grad_enabled()
