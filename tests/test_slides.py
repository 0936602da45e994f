"""docs/slides.md is true: its commands run, its cells run, its addresses exist, its snippets parse."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from starlette.routing import Match
from typer.testing import CliRunner

from app import render
from app.cli import cli
from app.explain import run
from app.export import FORMATS, export
from app.export.formats import suited
from app.export.scene import with_how
from app.picture import draw
from app.protocol import Job

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "slides.md").read_text("utf-8")
TOOLS = "reveal.js,Quarto,Slidev,Marp,Google Slides,PowerPoint,Keynote,Beamer,Notion,GitHub README,Jupyter"
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
MASKED = FENCE.sub(lambda found: "·" * len(found[0]), TEXT)  # headings in snippets are not ours
STARTS = [found.start() + 3 for found in re.finditer(r"^## ", MASKED, re.MULTILINE)]
SECTIONS = dict(
    TEXT[start:end].split("\n", 1) for start, end in zip(STARTS, [*STARTS[1:], len(TEXT)])
)
NEURON = FENCE.search(TEXT)[3]
VOID = frozenset("img source br hr meta link input".split())


def blocks(language, text=TEXT):
    return [found[3] for found in FENCE.finditer(text) if found[2] == language]


def commands(text):
    return [line for block in blocks("sh", text) for line in block.splitlines() if line]


def prose(text):
    return FENCE.sub("", text)


def test_every_tool_has_its_recipe_and_its_limits():
    assert list(SECTIONS) == TOOLS.split(",")
    for name, text in SECTIONS.items():
        assert text.count("**It cannot**") == 1, name
        assert FENCE.search(text), name
    table = re.findall(r"^\| ([\w. ]+?) \|", TEXT, re.MULTILINE)
    assert [name for name in table if name != "tool"] == TOOLS.split(",")


def test_fences_are_closed():
    assert "```" not in prose(TEXT)


@pytest.fixture(scope="module")
def finished():
    return run(Job(source=NEURON))


@pytest.fixture
def runner(finished, monkeypatch, tmp_path):
    """The command line in a folder with neuron.py; its one program is run once for all."""

    def ran(job, questions, settings):
        assert job.source == NEURON
        return finished.outcome, [finished.answer(question) for question in questions]

    async def drawn(order, settings, report):
        scene = order.scene()
        if FORMATS[order.suffix].media.startswith(("video", "image")) and scene.how.scale == 1:
            scene = with_how(scene, scale=0.4, seconds=0.3)  # small and short: this is a test
        return export(scene, order.suffix, report)

    monkeypatch.setattr(render, "run_and_ask", ran)
    monkeypatch.setattr(render, "_drawn", drawn)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neuron.py").write_text(NEURON, "utf-8")
    return CliRunner()


@pytest.mark.parametrize("tool", [name for name, text in SECTIONS.items() if commands(text)])
def test_commands_write_what_snippets_show(tool, runner, tmp_path):
    for line in commands(SECTIONS[tool]):
        program, *words = shlex.split(line)
        assert program == "gradreel"
        done = runner.invoke(cli, words)
        assert done.exit_code == 0, f"{line}: {done.output}"
    written = {path.name for path in tmp_path.iterdir()}
    for block in blocks("html", SECTIONS[tool]) + blocks("markdown", SECTIONS[tool]):
        for name in re.findall(r'(?:src|srcset)="/?([\w.-]+)"|\]\(([\w.-]+)\)', block):
            file = "".join(name)
            assert file in written | {"gradreel-reveal.js"}, f"{tool}: {file}"


def test_mermaid_snippet_is_what_is_written(runner):
    line = commands(SECTIONS["GitHub README"])[-1]
    done = runner.invoke(cli, shlex.split(line)[1:])
    (shown,) = blocks("markdown", SECTIONS["GitHub README"])
    for part in re.findall(r'"([^"]+)"', shown):
        assert part in done.stdout, part


def test_every_format_for_slides_is_used():
    used = {
        suffix
        for line in commands(TEXT)
        if (suffix := render.suffix_of(line.split(" -o ")[1].split()[0]))
    }
    used |= set(re.findall(r"--format (\w+)", TEXT))
    assert used <= set(FORMATS)
    for_slides = "svg png html pdf gif mp4 motion.svg pptx tex mmd derivation.tex".split()
    assert set(for_slides) <= used


def test_every_option_exists(runner):
    text = runner.invoke(cli, ["render", "--help"], env={"COLUMNS": "200"}).output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    for option in set(re.findall(r"`(--[a-z]+)", prose(TEXT))) - {"--html"}:
        assert option in plain, option
    for format_ in FORMATS:
        assert format_ in plain


def test_addresses_exist():
    from app.web import create_app

    routes = create_app().routes
    named = set(re.findall(r"https://YOUR\.HOST(/[\w./-]*)", TEXT))
    assert {path.split("/")[1] for path in named} == {"img", "embed", "g", "oembed", "static"}
    for path in named:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        assert any(route.matches(dict(scope))[0] != Match.NONE for route in routes), path
        assert not path.startswith("/static/") or (ROOT / path.removeprefix("/")).exists()


def test_image_parameters_are_known():
    from app.web.images import ASKED, IMAGES

    for suffix, query in re.findall(r"/img/CODE\.(\w+)\?([\w=&]+)", TEXT):
        assert suffix in IMAGES
        assert {pair.split("=")[0] for pair in query.split("&")} <= set(ASKED)


def test_embed_parameters_are_documented():
    page = (ROOT / "docs" / "embed.md").read_text("utf-8")
    for query in re.findall(r"/embed/CODE\?([\w=&]+)", TEXT):
        for pair in query.split("&"):
            assert f"| `{pair.split('=')[0]}` |" in page


def test_messages_are_the_players():
    (script,) = blocks("js")
    source = "".join(p.read_text("utf-8") for p in (ROOT / "static/src/embed").glob("*.ts"))
    for kind in re.findall(r'type(?::| ===) "(\w+)"', script):
        assert f'"{kind}"' in source or f"{kind}:" in source, kind


class Balanced(HTMLParser):
    """Raises AssertionError where a tag is not closed; frames have titles, images their alt."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        assert tag != "iframe" or names.get("title")
        assert tag != "img" or names.get("alt")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        assert tag in VOID

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("block", blocks("html") + blocks("markdown"))
def test_snippets_parse(block):
    if block.startswith("---\n"):
        head, _, block = block.removeprefix("---\n").partition("---\n")
        assert isinstance(yaml.safe_load(head), dict)
    if "```mermaid" in block:
        assert block.count("```") == 2
        return
    for alt in re.findall(r"!\[([^\]]*)\]\(", block):
        assert alt
    parser = Balanced()
    parser.feed(block)
    parser.close()
    assert parser.open == []


def test_last_step_is_named_rightly(finished):
    last = len(draw(finished.outcome.graph).steps) - 1
    named = re.findall(r"clicks: (\d+)|--first 14 --last (\d+)|data-steps=\"(\d+)\"", TEXT, re.M)
    assert {int("".join(one)) for one in named} == {last}


def test_beamer_names_are_the_files(runner):
    assert suited(render.how_of(), "tex").crop == "frame"
    assert runner.invoke(cli, ["render", "neuron.py", "-o", "a.tex"]).exit_code == 0
    text = Path("a.tex").read_text("ascii")
    assert r"\newlength{\gradreelunit}" in text
    assert text.count("copy from here") == text.count("% ---- to here") == 2


def marked(text):
    """The two parts of a Beamer file that may be lifted."""
    return re.findall(r"^% ---- \w+: copy from here\n(.*?)^% ---- to here$", text, re.M | re.S)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here")
@pytest.mark.parametrize("kind", ["beamer", "article"])
def test_lifted_picture_compiles(kind, runner, tmp_path):
    line = commands(SECTIONS["Beamer"])[0 if kind == "beamer" else 1]
    runner.invoke(cli, shlex.split(line)[1:])
    (file,) = tmp_path.glob("*.tex")
    definitions, picture = marked(file.read_text("ascii"))
    (tmp_path / "neuron-picture.tex").write_text(picture, "ascii")
    (frame,) = blocks("latex")
    body = frame if kind == "beamer" else picture
    head = rf"\documentclass{{{kind}}}\usepackage[T1]{{fontenc}}\usepackage{{amssymb}}"
    text = f"{head}\n{definitions}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "own.tex").write_text(text, "ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "own.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert f"({15 if kind == 'beamer' else 1} page" in done.stdout


def test_cells_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell.instance()
    try:
        cells = blocks("python", SECTIONS["Jupyter"])
        for cell in cells:
            done = shell.run_cell(cell, store_history=True)
            done.raise_error()
            bundle = shell.display_formatter.format(done.result)[0]
            assert {"text/html", "image/png", "text/plain"} <= set(bundle), cell
    finally:
        InteractiveShell.clear_instance()
    assert {"neuron.svg", "neuron.tex"} <= {path.name for path in tmp_path.iterdir()}


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", prose(TEXT)):
        assert (ROOT / "docs" / target).exists(), target
