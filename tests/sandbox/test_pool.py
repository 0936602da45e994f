"""Programs that misbehave in every way in; a clear problem each, and a pool that still serves, out."""

from __future__ import annotations

import asyncio
import os
import signal
import struct

import pytest
from conftest import LIMITS, hurry, until

from app.protocol import Job, Options
from app.sandbox import run_once
from app.sandbox.pool import WAITING_PER_RUNNING

WIRE = (
    "def wire():\n"
    "    for n in range(3, 64):\n"
    "        try: os.lseek(n, 0, 1)\n"
    "        except OSError as e:\n"
    "            if e.errno == 29: return n\n"
    "def frame(body): return len(body).to_bytes(4, 'big') + body\n"
)


@pytest.fixture(autouse=True)
def _still_serves(house):
    """After every attack the next program runs."""
    yield
    assert house.said("out = 6 * 7") == "42"


ENDINGS = {
    "busy_loop": ("while True: pass", "deadline"),
    "sleep": ("time.sleep(60)", "deadline"),
    "swallows_all": ("while True:\n  try: time.sleep(9)\n  except BaseException: pass", "deadline"),
    "endless_matmul": (
        "a = torch.ones(2000, 2000)\nwhile True: a = a @ a * 1e-9",
        "deadline",
    ),
    "endless_c": ("sum(iter(int, 1))", "deadline"),
    "deaf_to_signals": (
        "for s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n"
        "  except (OSError, ValueError): pass\nwhile True: pass",
        "deadline",
    ),
    "silent_exit": ("os._exit(0)", "worker_crashed"),
    "exit_status": ("os._exit(3)", "worker_crashed"),
    "system_exit": ("sys.exit(1)", "worker_crashed"),
    "interrupt": ("raise KeyboardInterrupt", "worker_crashed"),
    "null_pointer": ("ctypes.string_at(0)", "worker_crashed"),
    "abort": ("os.abort()", "worker_crashed"),
    "deep_recursion": (
        "sys.setrecursionlimit(10**9)\nf = lambda: sorted([1], key=lambda x: f())\nf()",
        "worker_crashed",
    ),
    "closes_channel": (WIRE + "os.close(wire())\nos._exit(0)", "worker_crashed"),
    "closes_and_lives": (WIRE + "os.close(wire())\ntime.sleep(60)", "worker_reply"),
    "memory_exit": ("os._exit(77)", "memory_limit"),
    "garbage": (WIRE + "os.write(wire(), b'GET / HTTP/1.1\\r\\n\\r\\n' * 99)", "reply_too_large"),
    "not_json": (WIRE + "os.write(wire(), frame(b'\\x80\\x04K.'))", "worker_reply"),
    "wrong_type": (WIRE + 'os.write(wire(), frame(b\'{"type":"job"}\'))', "worker_reply"),
    "unasked_slice": (WIRE + 'os.write(wire(), frame(b\'{"type":"sliced"}\'))', "worker_reply"),
    "empty_outcome": (WIRE + 'os.write(wire(), frame(b\'{"type":"outcome"}\'))', "worker_reply"),
    "empty_frame": (WIRE + "os.write(wire(), frame(b''))", "worker_reply"),
    "deep_json": (WIRE + "os.write(wire(), frame(b'[' * 100000))", "worker_reply"),
    "partial_frame": (
        WIRE + "os.write(wire(), (1000).to_bytes(4, 'big') + b'{')\ntime.sleep(60)",
        "deadline",
    ),
    "announces_gigabytes": (WIRE + "os.write(wire(), b'\\xff' * 4)", "reply_too_large"),
    "value_bomb": (
        WIRE + 'b = b\'{"type":"sliced","value":{"numel":1,"data":[\' + b\'[],\' * 1000000\n'
        "b = frame(b + b'1]}}')\nwhile b: b = b[os.write(wire(), b):]",
        "worker_reply",
    ),
    "sketch_flood": (
        "while True: progress(Sketch(graph=graph_of(''), events=1, shown=1))",
        "worker_reply",
    ),
    "lying_sketch": ("progress(Sketch(graph=graph_of(''), events=1, shown=2))", "worker_reply"),
    "vast_sketch": (
        WIRE
        + "b = frame(msgspec.json.encode(Sketch(graph=graph_of('x' * 1100000), events=1, shown=1)))\n"
        "while b: b = b[os.write(wire(), b):]",
        "worker_reply",
    ),
    "progress_flood": (
        "while True: progress(Progress(stage='forward', count=1))",
        "worker_reply",
    ),
    "giant_outcome": ("reply = Outcome(graph=graph_of('x' * 5_000_000))", "reply_too_large"),
    "giant_frame": (
        WIRE + "b = frame(b'\"' + b'x' * 5_000_000)\nwhile b: b = b[os.write(wire(), b):]",
        "reply_too_large",
    ),
    "false_graph": (
        "g = graph_of('')\nimport_ = wire.Binding(name='x', node='nowhere', output=0,"
        " span=wire.Span(line=1, column=0, end_line=1, end_column=1))\n"
        "import msgspec\nreply = Outcome(graph=msgspec.structs.replace(g, bindings=[import_]))",
        "worker_reply",
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_ending_is_named(house, name: str, monkeypatch) -> None:
    source, code = ENDINGS[name]
    if code == "deadline":
        hurry(house, monkeypatch)
    problem = house.run(source).problem
    assert problem is not None
    assert problem.code == code, problem.message
    assert problem.message and problem.hint


HOARDS = {
    "tensor": "torch.zeros(10**11)",
    "list": "[0] * 10**10",
    "bytes": "bytes(10**11)",
    "growing_list": "x = []\nwhile True: x.append(bytearray(1 << 27))",
    "growing_tensors": "x = []\nwhile True: x.append(torch.ones(10**7))",
    "mapped": "mmap.mmap(-1, 1 << 40)",
}


@pytest.mark.parametrize("name", HOARDS)
def test_memory_stays_bounded(house, name: str) -> None:
    problem = house.run(HOARDS[name]).problem
    assert problem is not None
    words = ("memory", "alloc", "MemoryError")
    bounded = problem.code in ("memory_limit", "deadline")  # a slow machine meets the other bound
    assert bounded or any(word in problem.message for word in words)


def test_kernel_memory_death_is_named(house) -> None:
    worker = house.spare()

    async def starved():
        begun = asyncio.Event()
        job = Job(source="progress(Progress(stage='forward', count=1))\ntime.sleep(60)")
        run = house.pool.run(job, progress=lambda _: begun.set())
        task = asyncio.ensure_future(run)
        await begun.wait()
        os.kill(worker.pid, signal.SIGKILL)  # as the kernel does when memory runs out
        return await task

    outcome = house.runner.run(starved())
    assert outcome.problem.code == "memory_limit"
    assert "512 MiB" in outcome.problem.message


def test_deadline_says_how_far(house, monkeypatch) -> None:
    hurry(house, monkeypatch)
    source = "progress(Progress(stage='backward', count=1234))\nwhile True: pass"
    job = Job(source=source, options=Options(lang="es"))
    problem = house.runner.run(house.pool.run(job)).problem
    assert problem.message == (
        "El programa se detuvo tras 1 s, en el paso hacia atrás, con 1,234 operaciones."
    )


def test_crash_says_its_signal(house) -> None:
    assert "SIGSEGV" in house.run("ctypes.string_at(0)").problem.message


def test_progress_arrives_in_order(house) -> None:
    seen: list = []
    stages = ("parse", "forward", "backward", "graph")
    source = "".join(f"progress(Progress(stage={s!r}, count={k}))\n" for k, s in enumerate(stages))
    assert house.run(source, seen=seen).problem is None
    assert [(p.stage, p.count) for p in seen] == [(s, k) for k, s in enumerate(stages)]


def test_each_job_meets_fresh_worker(house) -> None:
    house.said("import builtins; builtins.left = 'secret'; torch.manual_seed(1)")
    assert house.said("import builtins; out = getattr(builtins, 'left', 'clean')") == "clean"
    assert house.said("out = os.getpid()") != house.said("out = os.getpid()")


def test_worker_is_gone_afterwards(house) -> None:
    pid = int(house.said("out = os.getpid()"))
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}"):
            return
        house.said("out = 1")  # the zygote reaps as it forks
    pytest.fail(f"{pid} is still there")


def test_cancel_kills_worker(house) -> None:
    worker = house.spare()

    async def cancelled() -> int:
        begun = asyncio.Event()
        job = Job(source="progress(Progress(stage='forward', count=1))\nwhile True: pass")
        run = house.pool.run(job, progress=lambda _: begun.set())
        task = asyncio.ensure_future(run)
        await begun.wait()
        assert is_running(worker.pid)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return worker.pid

    pid = house.runner.run(cancelled())
    assert until(lambda: not is_running(pid))


def test_cancel_while_forking_is_harmless(house) -> None:
    async def hasty() -> None:
        for pause in (0.0, 0.001, 0.002, 0.004, 0.008):
            for spare in house.pool.spares:
                spare.kill()
            house.pool.spares.clear()
            task = asyncio.ensure_future(house.pool.run(Job(source="time.sleep(60)")))
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    house.runner.run(hasty())
    pids = {worker.pid for worker in house.pool.spares}
    assert int(house.said("out = os.getpid()")) in pids or not pids


def test_jobs_run_side_by_side(house) -> None:
    nap = "start = time.monotonic()\ntime.sleep(1)\nout = f'{start} {time.monotonic()}'"

    async def pair() -> list[list[float]]:
        outcomes = await asyncio.gather(*(house.pool.run(Job(source=nap)) for _ in range(2)))
        return [[float(t) for t in outcome.graph.program.source.split()] for outcome in outcomes]

    (start, end), (other_start, other_end) = house.runner.run(pair())
    assert max(start, other_start) < min(end, other_end)


def test_crowd_is_told_busy(house) -> None:
    running = house.pool.settings.running_workers
    most = running + running * WAITING_PER_RUNNING

    async def crowd():
        jobs = [house.pool.run(Job(source="time.sleep(0.1)")) for _ in range(most + 3)]
        return await asyncio.gather(*jobs)

    problems = [outcome.problem for outcome in house.runner.run(crowd())]
    assert sorted(p.code for p in problems if p) == ["busy"] * 3


def test_large_source_is_refused(house) -> None:
    assert house.code("#" * 1_000_000) == "source_too_large"


def test_dead_zygote_is_replaced(house) -> None:
    os.kill(house.pool.nursery.process.pid, signal.SIGKILL)
    assert house.said("out = 'served'") == "served"
    assert house.pool.ready


def test_stray_signal_reaches_nobody_else(house) -> None:
    """A worker that dies hard takes neither its neighbours nor the zygote with it."""
    births = house.pool.nursery.births

    async def both():
        calm = asyncio.ensure_future(house.pool.run(Job(source="time.sleep(0.4)\nout = 'calm'")))
        await house.pool.run(Job(source="os.killpg(0, 9)\n"))
        await house.pool.run(Job(source="ctypes.string_at(0)"))
        return await calm

    assert house.runner.run(both()).graph.program.source == "calm"
    assert house.pool.nursery.births == births


def test_reply_cannot_be_pickled_code(house, tmp_path) -> None:
    body = b"cos\nsystem\n(S'touch " + bytes(tmp_path) + b"/mark'\ntR."
    framed = struct.pack("!I", len(body)) + body
    assert house.code(WIRE + f"os.write(wire(), {framed!r})") == "worker_reply"
    assert not (tmp_path / "mark").exists()


def test_run_once_serves_alone() -> None:
    outcome = run_once(Job(source="out = 'alone'"), LIMITS, "attack_entry:run")
    assert outcome.graph.program.source == "alone"


def test_missing_entry_is_ours() -> None:
    outcome = run_once(Job(source=""), LIMITS, "no_such_module:run")
    assert outcome.problem.code == "worker_start"


def is_running(pid: int) -> bool:
    """Whether a process lives: a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
