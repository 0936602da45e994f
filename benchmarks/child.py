"""What to measure and of which program in; one measurement of a process of its own, as JSON, out.

`python -m benchmarks.child capture|bare|gradreel|torchviz|torchview|torchlens PROGRAM`."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from app.autograd.deep import make_room

#: seconds a peer may take
PATIENCE = 60
#: rounds of the capture ratio, by program
ROUNDS = {"gpt": 7, "many": 3, "loop": 7}


def measured(what: str, program: str, patience: float = 600) -> dict[str, Any]:
    """Run one measurement in a fresh process: its JSON, or {"failed": why}."""
    command = [sys.executable, "-m", "benchmarks.child", what, program]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {patience:.0f} s"}
    if done.returncode:
        last = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
        return {"failed": last[:60]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def capture_of(name: str) -> dict[str, Any]:
    """{ratio, bare_ms}: recorded against bare forward and backward, interleaved."""
    import torch

    from app.autograd.capture import capture
    from benchmarks.programs import programs

    setup, body = programs()[name].halves
    scope: dict[str, Any] = {"__name__": "__main__"}
    torch.manual_seed(0)
    exec(compile(setup, "<program>", "exec"), scope)
    code = compile(body, "<program>", "exec")
    modules = [value for value in scope.values() if isinstance(value, torch.nn.Module)]
    leaves = [p for module in modules for p in module.parameters()]
    leaves += [t for t in scope.values() if isinstance(t, torch.Tensor) and t.requires_grad]

    def timed(is_traced: bool) -> float:
        for leaf in leaves:
            leaf.grad = None
        gc.collect()
        if not is_traced:
            start = time.perf_counter()
            exec(code, scope)
            return time.perf_counter() - start
        with capture("<program>", 10**7):
            start = time.perf_counter()
            exec(code, scope)
            return time.perf_counter() - start

    timed(False), timed(True)
    pairs = [(timed(False), timed(True)) for _ in range(ROUNDS.get(name, 15))]
    bare = statistics.median(b for b, _ in pairs)
    return {"ratio": statistics.median(t / b for b, t in pairs), "bare_ms": bare * 1e3}


def bare(name: str) -> None:
    """The program as plain Python."""
    variables(name)


def variables(name: str) -> dict[str, Any]:
    """What the program leaves behind when it is run without us."""
    import torch

    from benchmarks.programs import programs

    torch.manual_seed(0)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(programs()[name].code, "<program>", "exec"), scope)
    return scope


def gradreel(name: str) -> None:
    """Run, record, and draw the folded picture: values, gradients and every step."""
    from app.explain import run
    from app.picture import draw, opening, svg
    from benchmarks.programs import programs

    graph = run(programs()[name].job).outcome.graph
    assert graph is not None
    svg(draw(graph, limit=opening(graph, (1100, 760)), room=(1100, 760)))


def root_of(scope: dict[str, Any]) -> Any:
    """The tensor a program differentiates."""
    return scope["loss"] if "loss" in scope else scope["x"]


def torchviz(name: str) -> None:
    """make_dot of the loss, laid out by Graphviz."""
    from torchviz import make_dot

    render(make_dot(root_of(variables(name))).source)


def torchview(name: str) -> None:
    """draw_graph of the module, laid out by Graphviz; it needs a forward pass of its own."""
    from torchview import draw_graph

    from benchmarks.programs import MODULES

    if name not in MODULES:
        raise SystemExit("draws modules only")
    scope = variables(name)
    module, given = MODULES[name]
    found = draw_graph(scope[module], input_data=eval(given, scope), depth=5)
    render(found.visual_graph.source)


def torchlens(name: str) -> None:
    """trace and log_backward of the module: its record; drawing it takes the dot program besides."""
    import torchlens as lens

    from benchmarks.programs import MODULES

    if name not in MODULES:
        raise SystemExit("traces modules only")
    scope = variables(name)
    module, given = MODULES[name]
    trace = lens.trace(scope[module], eval(given, scope))
    out = scope[module](eval(given, scope))
    trace.log_backward((out[0] if isinstance(out, tuple) else out).pow(2).mean())


#: reads DOT, says how many seconds laying it out and writing SVG took, imports not counted
RENDER = """
import sys, time, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.read())
start = time.perf_counter()
graph.draw(format="svg", prog="dot")
print(time.perf_counter() - start, flush=True)
import os; os._exit(0)
"""
#: seconds spent starting the process that draws, which are no peer's fault
starting = 0.0


def render(dot: str) -> None:
    """DOT text → SVG by the Graphviz that pygraphviz brings: no dot program is needed. In a process
    without torch, beside which pygraphviz crashes now and then."""
    global starting
    begun = time.perf_counter()
    command = [sys.executable, "-c", RENDER]
    done = subprocess.run(command, input=dot, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit("the bundled Graphviz crashes on it")
    starting += time.perf_counter() - begun - float(done.stdout)


SUBJECTS: dict[str, Callable[[str], None]] = {
    "bare": bare,
    "gradreel": gradreel,
    "torchviz": torchviz,
    "torchview": torchview,
    "torchlens": torchlens,
}


def main(what: str, program: str) -> None:
    """Print one JSON line."""
    make_room(200_000)
    if what == "capture":
        print(json.dumps(capture_of(program)))
        return
    if what in ("torchviz", "torchview", "torchlens") and importlib.util.find_spec(what) is None:
        raise SystemExit("not installed")
    import torch

    from app.settings import settings

    torch.set_num_threads(settings().torch_threads)
    if what != "bare":  # imports are not what is compared; memory counts them
        importlib.import_module("app.explain" if what == "gradreel" else what)
    start = time.perf_counter()
    SUBJECTS[what](program)
    seconds = time.perf_counter() - start - starting
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
