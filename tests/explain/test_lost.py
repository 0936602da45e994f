"""Lost gradients: the nearest op that loses one is found for every leaf in one walk."""

from app.explain import lost
from app.explanations import Why

MANY = """import torch
u = torch.tensor(1.0, requires_grad=True)
ws = [torch.tensor(float(i), requires_grad=True) for i in range(40)]
x = torch.tensor(1.0)
for w in ws:
    x = x * 0.99 + w * 0.1
L = x.detach() * u
L.backward()
"""


def lost_in(run):
    return [reason for reason in run.ask(Why()).reasons if reason.code == "detached"]


def test_one_line_is_one_reason(asked):
    run = asked(MANY)
    (reason,) = lost_in(run)
    assert "(40)" in reason.message and "7" in reason.message
    leaves = [n.id for n in run.graph.nodes if n.is_leaf and n.requires_grad and n.name != "u"]
    assert set(leaves) <= set(reason.nodes)
    edges = {edge.id: edge for edge in run.graph.edges}
    assert all(
        {edges[e].source.node, edges[e].target.node} <= set(reason.nodes) for e in reason.edges
    )


def test_each_op_is_asked_a_few_times(asked, monkeypatch):
    run = asked(MANY)
    drafts = run.explained.replay.drafts
    calls = []
    real = lost.cause_of
    monkeypatch.setattr(lost, "cause_of", lambda draft: calls.append(1) or real(draft))
    ways = lost.Ways(drafts, run.explained.replay.assembly.ids)
    assert len(calls) <= 3 * len(drafts)
    assert all(list(ways.way((d.index, 0))) for d in drafts if d.name == "w")


def test_nearest_loss_is_told(asked):
    run = asked(
        "import torch\nw = torch.tensor(2.0, requires_grad=True)\nu = torch.tensor(1.0, requires_grad=True)\n"
        "far = ((w * 2) * 3).detach()\nnear = w.detach()\n(far * near * u).backward()"
    )
    (reason,) = lost_in(run)
    assert reason.span.line == 5 and len(reason.edges) == 1
