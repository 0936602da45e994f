"""The command line: what it prints, where, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from app.assets import HERE


def call(*words: str, program: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        input=program,
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        timeout=90,
        check=False,
    )


def test_trace_prints_graph() -> None:
    done = call("trace", "-", "--set", "w=2", "--dtype", "float64", program="y = w*w")
    graph = json.loads(done.stdout)
    assert done.returncode == 0 and graph["run"]["dtype"] == "float64"
    (leaf,) = [node for node in graph["nodes"] if node["name"] == "w"]
    assert leaf["outputs"][0]["gradient"]["data"] == 4.0


def test_faulty_program_exits_two() -> None:
    done = call("trace", program="y = 1 +\n")
    assert done.returncode == 2 and done.stdout == ""
    place, message = done.stderr.splitlines()[0].split(": ", 1)
    assert place.startswith("1:")
    assert message.partition(":")[0].isidentifier()


def test_render_writes_svg(tmp_path: Path) -> None:
    out = tmp_path / "neuron.svg"
    done = call("render", "-", "-o", str(out), "--theme", "dark", program="y = x*w + b")
    assert done.returncode == 0
    assert out.read_text("utf-8").startswith("<svg")


def test_unwritable_format_names_formats(tmp_path: Path) -> None:
    done = call("render", "-", "-o", str(tmp_path / "a.png"), program="x")
    assert done.returncode == 2
    assert ".svg" in done.stderr and ".json" in done.stderr


def test_missing_file_is_quoted() -> None:
    done = call("trace", "nowhere.py")
    assert done.returncode == 2 and "nowhere.py" in done.stderr


def test_bad_assignment_is_quoted() -> None:
    done = call("trace", "-", "--set", "w=;", program="w")
    assert done.returncode == 2 and "w=;" in done.stderr


def test_doctor_reports_as_json() -> None:
    report = json.loads(call("doctor", "--json").stdout)
    assert report["torch"] and "kernel_enforced" in report["confinement"]
