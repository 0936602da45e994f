"""Autograd nodes hooked in numbers: the program's own hooks live beside ours as if there were none."""

import torch
from torch.autograd.function import _HookMixin

from app.autograd.hooks import Hooks, hook_all


def chain():
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    return x, y, y * 4


def test_hook_is_called_per_node_until_removed():
    _, y, z = chain()
    seen = []
    handles = hook_all([y.grad_fn, z.grad_fn], lambda sent, held: seen.append(held))
    z.backward(retain_graph=True)
    assert len(seen) == 2 and all(isinstance(handle, Hooks) for handle in handles)
    for handle in handles:
        handle.remove()
    z.backward()
    assert len(seen) == 2


def test_own_hooks_come_and_go_on_hooked_nodes():
    x, y, z = chain()
    ours = hook_all([y.grad_fn, z.grad_fn], lambda sent, held: None)
    own = y.grad_fn.register_hook(lambda sent, held: (sent[0] * 10, None))
    z.backward(retain_graph=True)
    assert x.grad == 120
    own.remove()
    for handle in ours:
        handle.remove()
    x.grad = None
    z.backward()
    assert x.grad == 12


def test_node_hooked_by_the_program_keeps_its_hook():
    x, y, z = chain()
    y.grad_fn.register_hook(lambda sent, held: (sent[0] * 10, None))
    seen = []
    for handle in hook_all([y.grad_fn], lambda sent, held: seen.append(sent[0])):
        z.backward(retain_graph=True)
        handle.remove()
    assert seen == [x.grad] == [120]


def test_torch_registers_as_before_afterwards():
    before = _HookMixin.__dict__["_register_hook"]
    hook_all([chain()[1].grad_fn], lambda sent, held: None)
    assert _HookMixin.__dict__["_register_hook"] is before
