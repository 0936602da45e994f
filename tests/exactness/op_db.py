"""PyTorch's own operator database in; each differentiable op traced and run plainly, out.

`op_db` holds an OpInfo per operator with sample inputs
(https://github.com/pytorch/pytorch/blob/main/torch/testing/_internal/opinfo/core.py)."""

import dataclasses
import warnings
from unittest import mock

import torch
from torch.utils._pytree import tree_leaves, tree_map

from app.autograd.finish import assemble
from app.autograd.runner import Session
from app.ops.table import row_of
from app.program import read
from app.protocol import Job, Options

# The import would freeze torch.backends for every test after it; pasted programs may set its flags.
with mock.patch("torch.backends.disable_global_flags"), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_methods_invocations import op_db

SOURCE = "out = call(sample)\nloss = total(out)\nloss.backward()\n"
OPS = [o for o in op_db if o.supports_autograd and torch.float64 in o.supported_dtypes("cpu")]
NAMES = [f"{o.name}.{o.variant_test_name}" if o.variant_test_name else o.name for o in OPS]


@dataclasses.dataclass
class Sampled:
    """One op on one sample: the leaves, and how to call it."""

    op: object
    sample: object

    def call(self, sample):
        """What of the op's result has a gradient at all, as its OpInfo says."""
        out = self.op.op(sample.input, *sample.args, **sample.kwargs)
        return self.sample.output_process_fn_grad(out)

    def leaves(self, sample):
        items = tree_leaves((sample.input, sample.args, sample.kwargs))
        return [t for t in items if isinstance(t, torch.Tensor) and t.requires_grad and t.is_leaf]


def total(out):
    """A scalar every differentiable element of the result has a different share in."""
    parts = []
    for tensor in tree_leaves(out):
        if isinstance(tensor, torch.Tensor) and tensor.requires_grad:
            real = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
            if real.layout != torch.strided:
                real = real.to_dense()
            weights = torch.linspace(0.5, 1.5, real.numel(), dtype=real.dtype).reshape(real.shape)
            parts.append((real * weights).sum())
    return sum(parts)


def fresh(tree):
    """The same inputs as leaves of their own."""

    def copy(item):
        if not isinstance(item, torch.Tensor):
            return item
        other = item.detach().clone()
        return other.requires_grad_(item.requires_grad)

    return tree_map(copy, tree)


def copied(sample):
    """A sample nothing else shares."""
    parts = fresh((sample.input, sample.args, sample.kwargs))
    return type(sample)(parts[0], args=parts[1], kwargs=parts[2])


class SampledSession(Session):
    """A session whose program finds the sample among its variables."""

    def __init__(self, one, sample):
        job = Job(source=SOURCE, language="torch", options=Options(dtype="float64"))
        super().__init__(job, read(job), lambda _: None)
        self.lent = []
        self.given = {"call": one.call, "sample": sample, "total": total}

    def reset(self):
        super().reset()
        self.variables |= self.given


def samples(op):
    """The first few samples with something to differentiate."""
    torch.manual_seed(0)
    found = []
    for sample in op.sample_inputs("cpu", torch.float64, requires_grad=True):
        one = Sampled(op, sample)
        if one.leaves(sample):
            found.append(one)
        if len(found) == 2:
            break
    return found


def plain(one):
    """(result, gradients of the leaves) by torch alone."""
    sample = copied(one.sample)
    torch.manual_seed(0)
    out = one.call(sample)
    loss = total(out)
    loss.backward()
    return out, [leaf.grad for leaf in one.leaves(sample)]


def traced(one):
    """(finished run, its leaves, its result) under capture."""
    sample = copied(one.sample)
    session = SampledSession(one, sample)
    state = session.execute()
    finished = assemble(session, state)
    return finished, one.leaves(sample), session.variables.get("out")


def has_formula(finished):
    """Whether every torch call the op made has a row in the table."""
    graph = finished.outcome.graph
    first = [n for n in graph.nodes if n.kind == "op" and n.span and n.span.line == 1]
    return bool(first) and all(row_of(node.op) is not None for node in first)
