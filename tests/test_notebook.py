"""What a notebook shows: IPython's own formatters are asked; nothing the cell computed changes."""

from __future__ import annotations

import base64
import gc
import io
import re
import subprocess
import sys
import threading
import weakref
from html import unescape
from pathlib import Path

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from app import show, trace
from app.errors import GradreelError, LimitError, ProgramError, Refused
from app.export import FORMATS

ROOT = Path(__file__).resolve().parent.parent
NEURON = """
import torch
x, w = torch.tensor(1.1), torch.tensor(2.2, requires_grad=True)
with trace() as run:
    a = torch.sigmoid(x * w)
    loss = (a - 1) ** 2
    loss.backward()
"""


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    shell.run_cell("from app import show, trace").raise_error()
    yield shell
    InteractiveShell.clear_instance()


def cell(shell, source):
    """Run a cell; what IPython would display of its last expression."""
    done = shell.run_cell(source, store_history=True)
    done.raise_error()
    return shell.display_formatter.format(done.result)[0]


def by_name(graph):
    return {node.name: node for node in graph.nodes if node.name}


def test_importing_app_loads_no_torch():
    code = "import sys, app; assert 'torch' not in sys.modules; app.show; assert 'torch' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_cell_displays_player_and_still(shell):
    bundle = cell(shell, NEURON + "run")
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width > 800
    page = unescape(re.search(r'srcdoc="([^"]*)"', bundle["text/html"])[1])
    assert page.lower().startswith("<!doctype html>") and "loss" in page
    assert bundle["text/plain"].startswith("loss: ")


def test_graph_has_the_cells_names_and_places(shell):
    cell(shell, NEURON)
    graph = shell.user_ns["run"].graph
    found = by_name(graph)
    assert graph.program.source.strip() == NEURON.strip()
    assert (
        found["loss"].span.line == NEURON.strip().split("\n").index("    loss = (a - 1) ** 2") + 1
    )
    assert found["w"].outputs[0].gradient.data == pytest.approx(shell.user_ns["w"].grad.item())


def test_functions_of_other_cells_are_recorded(shell):
    cell(shell, "import torch\ndef squared(t):\n    return (t * t).sum()")
    cell(shell, "v = torch.ones(3, requires_grad=True)\nwith trace() as run:\n    s = squared(v)")
    graph = shell.user_ns["run"].graph
    assert [node.op for node in graph.nodes if node.kind == "op"] == ["mul", "sum"]
    assert by_name(graph)["v"].outputs[0].gradient.data == [2.0, 2.0, 2.0]


def computed(traced):
    """A training step with everything that could be disturbed, traced or not."""
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(9, 9), torch.nn.Dropout(0.5), torch.nn.Linear(9, 1))
    optimizer = torch.optim.Adam(net.parameters())
    heard = []
    net[0].weight.register_hook(lambda g: heard.append(g.clone()))
    net[2].weight.register_post_accumulate_grad_hook(lambda p: heard.append(p.grad.clone()))

    def steps():
        for _ in range(3):
            hidden = net(torch.randn(4, 9))
            hidden.retain_grad()
            loss = hidden.pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return hidden, loss

    if traced:
        with trace() as run:
            hidden, loss = steps()
        assert len([p for p in run.graph.passes if p.kind == "backward"]) == 3
    else:
        hidden, loss = steps()
    tensors = [*net.parameters(), *(p.grad for p in net.parameters()), hidden, hidden.grad, loss]
    return [*tensors, *heard, torch.randn(5), torch.get_rng_state()]


def test_tracing_changes_no_bit():
    plain, traced = computed(False), computed(True)
    assert len(plain) == len(traced)
    assert all(torch.equal(a, b) for a, b in zip(plain, traced, strict=True))


def test_nothing_is_left_behind():
    before = (
        dict(vars(torch.nn.Module)),
        dict(vars(torch.autograd)),
        dict(vars(torch.optim.Optimizer)),
    )
    with trace():
        torch.ones(2, requires_grad=True).sum().backward()
    after = (
        dict(vars(torch.nn.Module)),
        dict(vars(torch.autograd)),
        dict(vars(torch.optim.Optimizer)),
    )
    assert before == after
    assert not torch.overrides._get_current_function_mode_stack()


def test_block_without_backward_gets_gradients_beside_it():
    w = torch.ones(100, requires_grad=True)
    w.grad = held = torch.full((100,), 7.0)
    heard = []
    w.register_post_accumulate_grad_hook(lambda p: heard.append(p))
    with trace() as run:
        half = w * 0.5
        half.retain_grad()
        loss = half.sum()
    assert w.grad is held and half.grad is None and not heard
    assert torch.equal(held, torch.full((100,), 7.0))
    assert by_name(run.graph)["w"].outputs[0].gradient.mean == 0.5
    (edge,) = [e for e in run.graph.edges if e.contribution and e.contribution.norm == 5.0]
    assert edge.source.node == by_name(run.graph)["w"].id
    loss.backward()  # the graph is still whole
    assert heard


def test_exception_passes_and_the_run_stays():
    with pytest.raises(RuntimeError, match="size"), trace() as run:
        torch.ones(2, requires_grad=True) + torch.ones(3)
    assert any(node.failed for node in run.graph.nodes)
    with trace() as again:
        torch.ones(1)
    assert again.graph.nodes == [] or again.graph.root is None


def test_open_run_says_so():
    with trace() as run:
        assert repr(run) == "This run is still being recorded."
        with pytest.raises(ProgramError), trace():
            pass
        with pytest.raises(ProgramError):
            _ = run.graph


def test_nothing_is_kept_alive():
    with trace() as run:
        big = torch.ones(1000, requires_grad=True) * 2
        loss = big.sum()
        loss.backward()
    gone = weakref.ref(big), weakref.ref(loss)
    del big, loss
    gc.collect()
    assert [ref() for ref in gone] == [None, None] and run.graph.nodes


def test_other_threads_are_not_recorded():
    def elsewhere():
        net = torch.nn.Linear(2, 1)
        net(torch.ones(1, 2)).sum().backward()
        optimizer = torch.optim.SGD(net.parameters())
        optimizer.step()
        optimizer.zero_grad()

    with trace() as run:
        (torch.ones(1, requires_grad=True) * 2).sum()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert not run.graph.scopes
    assert {one.kind for one in run.graph.passes} == {"forward", "backward"}


def test_show_within_a_block_adds_no_op():
    with trace() as run:
        loss = (torch.ones(1, requires_grad=True) * 2).sum()
        inner = show(loss)
        loss.backward()
    assert [n.op for n in run.graph.nodes if n.kind == "op"] == ["mul", "sum"]
    assert [n.op for n in inner.graph.nodes if n.kind == "op"] == ["mul", "sum"]


def test_fault_of_ours_ends_no_cell(monkeypatch):
    monkeypatch.setattr("app.autograd.live.Live.end", lambda live: live.stack.close() or 1 / 0)
    with trace() as run:
        torch.ones(1)
    assert "ZeroDivisionError" in repr(run)
    with pytest.raises(GradreelError):
        _ = run.graph


def test_tensor_shows_the_graph_torch_kept():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    w.grad = held = torch.tensor([5.0, 5.0])
    bent = torch.sigmoid(w * 3)
    bent.retain_grad()
    loss = (bent - 0.5).abs().sum()
    shown = show(loss)
    assert w.grad is held and bent.grad is None
    expected = torch.autograd.grad(loss, w, retain_graph=True)[0]
    found = by_name(shown.graph)
    assert found["w"].outputs[0].gradient.data == expected.tolist()
    assert found["bent"].outputs[0].value.data == bent.tolist()
    ops = [node.op for node in shown.graph.nodes]
    assert ops.index("mul") < ops.index("sigmoid") < ops.index("abs") < ops.index("sum")
    for node in shown.graph.nodes:
        leaving = [e.contribution for e in shown.graph.edges if e.source.node == node.id]
        if len(leaving) == 1 and node.outputs[0].gradient:
            assert leaving[0].data == node.outputs[0].gradient.data


def test_unrecorded_values_are_said_on_the_picture():
    w = torch.tensor(2.0, requires_grad=True)
    run = show((w + 1) * 2 + 1)
    assert "is shown.</div>" in run._repr_mimebundle_()["text/html"]
    scene = run.scene("svg")
    (unknown, _) = [n for n in scene.graph.nodes if n.outputs[0].value.norm is None]
    assert unknown.op == "add"
    assert "Forward values of 2 tensors were not recorded" in scene.picture.abridged
    assert any(mark.text == "?" for mark in scene.picture.marks)


def test_freed_graph_says_so():
    loss = torch.ones(2, requires_grad=True).pow(2).sum()
    loss.backward()
    run = show(loss)
    assert "already freed" in run.scene("svg").picture.abridged
    assert [p.kind for p in run.graph.passes] == ["forward"]


def test_parameters_are_named_by_path():
    net = torch.nn.Sequential(torch.nn.Linear(2, 1))
    assert {"net.0.weight", "net.0.bias"} <= set(by_name(show(net(torch.ones(1, 2)).sum()).graph))


def test_text_runs_confined(shell, tmp_path):
    cell(shell, "shown = show('y = x^2 + 3x')")
    run = shell.user_ns["shown"]
    assert by_name(run.graph)["y"].kind == "op"
    assert run.save(tmp_path / "a.derivation.tex").read_text("ascii").count(r"\item") > 1
    with pytest.raises(Refused) as raised:
        show("open('/etc/passwd')\nimport torch\n")
    assert raised.value.problem.code == "forbidden_call"


def test_save_writes_every_still(tmp_path):
    with trace(derive=True, theme="dark", title="Squares") as run:
        (torch.ones(2, requires_grad=True) ** 2).sum().backward()
    for suffix in (s for s, form in FORMATS.items() if not form.moves):
        assert len(run.save(tmp_path / f"a.{suffix}").read_bytes()) > 100, suffix
    assert "Squares" in (tmp_path / "a.mmd").read_text("utf-8")
    assert "#1e2127" not in run.save(tmp_path / "b.svg", theme="light").read_text("utf-8")
    with pytest.raises(LimitError, match="No format fits"):
        run.save(tmp_path / "a.exe")


@pytest.mark.parametrize("what", [3, None, torch.ones(2)])
def test_what_cannot_be_shown_is_named(what):
    with pytest.raises(GradreelError) as raised:
        show(what)
    assert raised.value.problem.code == "nothing_to_show"


def test_wrong_choice_is_said_at_once():
    with trace() as run:
        torch.ones(1)
    with pytest.raises(ValueError, match="--theme is light or dark"):
        show(run, theme="blue")


def test_long_block_stops_recording_quietly(monkeypatch):
    from app.settings import settings

    monkeypatch.setenv("GRADREEL_OPS", "10")
    settings.cache_clear()
    try:
        with trace() as run:
            x = torch.ones(1, requires_grad=True)
            for _ in range(50):
                x = x * 1.0
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert x.grad_fn is not None
    assert "recording_stopped" in {note.code for note in run.graph.diagnostics}
