"""The command line: what it prints, where, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import render
from app.assets import HERE
from app.cli import cli, counting
from app.explain import Explained, run
from app.explanations import Question
from app.export import FORMATS, export
from app.export.formats import Report
from app.export.order import Order
from app.picture.theme import THEMES
from app.protocol import Job
from app.settings import Settings

SOURCE = HERE.parent / "examples" / "05_fan_out.py"


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


BROKEN = "import torch\nx = torch.tensor([1], requires_grad=True)\nx.sum().backwards()\n"


def test_repair_is_shown_and_run_when_asked_for() -> None:
    done = call("trace", program=BROKEN)
    assert done.returncode == 2 and "--repair" in done.stderr and done.stdout == ""
    assert "  -x.sum().backwards()\n" in done.stderr and "  +x.sum().backward()\n" in done.stderr
    done = call("trace", "--repair", program=BROKEN)
    assert done.returncode == 0 and "  +x.sum().backward()\n" in done.stderr
    assert json.loads(done.stdout)["program"]["source"].endswith(
        "[1.0], requires_grad=True)\nx.sum().backward()\n"
    )


@pytest.fixture
def quick(monkeypatch):
    """`render` in this process, its one program run once for all tests."""
    monkeypatch.setattr(render, "run_and_ask", ran)
    monkeypatch.setattr(render, "_drawn", drawn)
    return lambda *words: CliRunner().invoke(cli, ["render", str(SOURCE), *words])


@cache
def finished() -> Explained:
    return run(Job(source=SOURCE.read_text("utf-8")))


def ran(job: Job, questions: Sequence[Question], settings: Settings) -> object:
    return finished().outcome, [finished().answer(each) for each in questions]


async def drawn(order: Order, settings: Settings, report: Report) -> bytes:
    return export(order.scene(), order.suffix, report)


def test_render_writes_svg(tmp_path: Path) -> None:
    out = tmp_path / "neuron.svg"
    done = call("render", "-", "-o", str(out), "--theme", "dark", program="y = x*w + b")
    assert done.returncode == 0 and done.stderr == ""
    assert out.read_text("utf-8").startswith("<svg")


def test_render_asks_the_same_worker(tmp_path: Path) -> None:
    out = tmp_path / "a.derivation.tex"
    done = call("render", "-", "-o", str(out), program="y = x*w + b")
    assert done.returncode == 0, done.stderr
    assert r"\partial y" in out.read_text("ascii")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_format_is_written(quick, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"a.{suffix}"
    done = quick("-o", str(out), "--last", "2", "--seconds", "0.2", "--scale", "0.5")
    assert done.exit_code == 0, done.output
    assert len(out.read_bytes()) > 200


def test_choices_change_the_file(quick, tmp_path: Path) -> None:
    out = tmp_path / "a.tex"
    done = quick("-o", str(out), "--theme", "dark", "--first", "3", "--last", "5", "--title", "A_b")
    text = out.read_text("ascii")
    assert done.exit_code == 0
    assert THEMES["dark"].paper[1:].upper() in text and r"{A\_b}" in text
    assert r"\only<3>" in text and r"\only<4>" not in text


def test_standard_output_needs_a_format(quick) -> None:
    done = quick("-o", "-", "--format", "dot")
    assert done.exit_code == 0 and done.stdout.startswith("digraph {")
    refused = quick("-o", "-")
    assert refused.exit_code == 2 and "--format" in refused.stderr


def test_unknown_format_names_all(quick) -> None:
    for words in (["-o", "a.xyz"], ["-o", "a"], ["-o", "-", "--format", "xyz"]):
        done = quick(*words)
        assert done.exit_code == 2
        assert all(f".{suffix}" in done.stderr for suffix in FORMATS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--theme", "blue"], "--theme is light or dark"),
        (["--crop", "x"], "--crop is graph or frame"),
        (["--step", "-3"], "--step is a number or last"),
        (["--scale", "99"], "--scale: expected float <= 8"),
        (["--seconds", "0"], "--seconds: expected float >= 0.05"),
        (["--slides", "x"], "--slides is clicks or morph"),
        (["--view", "x"], "--view is program or autograd"),
        (["--template", "a.pptx"], "--template is for .pptx"),
        (["--open", "nowhere"], "--open nowhere: no such scope"),
    ],
)
def test_wrong_choice_says_what_is_right(quick, tmp_path, words, sentence) -> None:
    done = quick("-o", str(tmp_path / "a.svg"), *words)
    assert done.exit_code == 2 and sentence in done.stderr


def test_unwritable_file_says_why(quick, tmp_path) -> None:
    done = quick("-o", str(tmp_path / "no" / "a.svg"))
    assert done.exit_code == 2 and "cannot write" in done.stderr


def test_limit_exits_two(quick, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("app.export.mermaid.EDGES", 1)
    done = quick("-o", str(tmp_path / "a.mmd"))
    assert done.exit_code == 2 and done.stderr.startswith("mermaid_too_large: ")


def test_missing_extra_says_what_to_install(quick, tmp_path, monkeypatch) -> None:
    if "mp4" in FORMATS:
        monkeypatch.setitem(sys.modules, "av", None)
        done = quick("-o", str(tmp_path / "a.mp4"))
        assert done.exit_code == 2 and "pip install" in done.stderr


def test_progress_is_for_terminals(monkeypatch, capsys) -> None:
    counting()(1, 9)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    counting()(1, 9)
    assert "1 / 9" in capsys.readouterr().err


def test_missing_file_is_quoted() -> None:
    done = call("trace", "nowhere.py")
    assert done.returncode == 2 and "nowhere.py" in done.stderr


def test_bad_assignment_is_quoted() -> None:
    done = call("trace", "-", "--set", "w=;", program="w")
    assert done.returncode == 2 and "w=;" in done.stderr


def test_doctor_reports_as_json() -> None:
    report = json.loads(call("doctor", "--json").stdout)
    assert report["torch"] and "kernel_enforced" in report["confinement"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trace", "nowhere.py"], "cannot read nowhere.py: No such file or directory"),
        (["trace", "."], "cannot read .: Is a directory"),
        (["trace", "latin.py"], "cannot read latin.py: byte 5 is no UTF-8 text"),
        (["trace", "ok.py", "--set", "w"], "--set w: write NAME=NUMBER or NAME=[NUMBERS]"),
        (["trace", "ok.py", "--set", "=3"], "--set =3: write NAME=NUMBER or NAME=[NUMBERS]"),
        (["trace", "ok.py", "--set", "w=" + "[" * 9000], "write NAME=NUMBER or NAME=[NUMBERS]"),
        (["render", "ok.py", "-o", "nowhere/a.svg"], "cannot write nowhere/a.svg"),
        (["serve", "--port", "99999"], "65535"),
    ],
)
def test_bad_arguments_are_named(tmp_path: Path, monkeypatch, arguments, said) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ok.py").write_text("w = 2.0\ny = w * 3\n")
    (tmp_path / "latin.py").write_bytes(b"x = 1\xff\n")
    monkeypatch.setattr("app.render.file_of", lambda *_: b"<svg/>")
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2 and said in done.output, done.output


def test_endless_input_is_too_large() -> None:
    done = CliRunner().invoke(cli, ["trace", "-"], input="y\n" * 300_000)
    assert done.exit_code == 2 and "source_too_large" in done.output


def test_serve_does_not_start_where_nothing_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.doctor.graphviz", lambda: None)
    monkeypatch.setattr("app.serve.serve", lambda *_, **__: pytest.fail("it was served"))
    done = CliRunner().invoke(cli, ["serve"])
    assert done.exit_code == 2 and "apt-get install" in done.stderr
