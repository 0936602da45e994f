"""Rules of the house: layers, sizes, words in both languages, docs that have not drifted."""

import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from app import docs
from app.words import catalogue

ROOT = Path(__file__).resolve().parent.parent
#: files over 300 lines, each with its reason
LONG = {
    "app/program/math_parser.py": "one grammar reads best in one place",
    "app/graph.py": "one vocabulary, the wire format",
    "app/autograd/weave.py": "one walk over the events",
    "app/autograd/assemble.py": "one freezing of one graph",
    "app/explanations.py": "one vocabulary of questions and answers",
}


#: what may stand at the top: the project's folders, and the files that tools look for there
TOP = """.ci .dockerignore .gitignore .npmrc CHANGELOG.md Dockerfile LICENSE Makefile README.md app
benchmarks build.mjs constraints.txt docs examples hatch_build.py package-lock.json package.json
pyproject.toml static templates tests tsconfig.json"""


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_top_level_holds_the_project_alone():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    tops = {path.split("/")[0] for path in listed.stdout.decode().split("\0") if path}
    assert tops == set(TOP.split())


def test_web_app_does_not_load_torch():
    code = "import sys, app.web, app.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_files_stay_small():
    long = {
        str(path.relative_to(ROOT))
        for folder in ("app", "static/src", "static/css")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".ts", ".css")
        and path.name != "types.ts"
        and path.read_text("utf-8").count("\n") > 300
    }
    assert long == set(LONG)


def test_every_module_opens_with_a_sentence():
    for path in (ROOT / "app").rglob("*.py"):
        assert path.read_text("utf-8").startswith('"""'), path


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_sentence_exists_in_both_languages(key):
    sentences = catalogue()[key]
    assert set(sentences) == {"en", "es"}
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in sentences.values()
    ]
    assert fields[0] == fields[1]


def test_no_sentence_stands_in_two_files():
    seen = {}
    for path in (ROOT / "app" / "words").glob("*.json"):
        for key in json.loads(path.read_text("utf-8")):
            assert key not in seen, f"{key} in {path.name} and {seen.get(key)}"
            seen[key] = path.name


def test_every_error_has_a_hint():
    codes = [k for k in catalogue() if k.startswith("error.") and not k.endswith(".hint")]
    assert [code for code in codes if f"{code}.hint" not in catalogue()] == []


def test_error_and_setting_pages_are_current():
    assert (ROOT / "docs" / "errors.md").read_text("utf-8") == docs.errors()
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == docs.settings()
    assert (ROOT / "docs" / "ops.md").read_text("utf-8") == docs.ops()


def test_readme_shows_the_two_commands_first():
    text = (ROOT / "README.md").read_text("utf-8")
    first = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1]
    assert [line.partition("#")[0].strip() for line in first.strip().split("\n")] == [
        "make run",
        "make test",
    ]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"run", "test", "check", "bench", "dev"} <= set(targets)


def test_readme_files_exist():
    text = (ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / target).exists(), target


def test_lock_file_names_no_registry():
    assert "://" not in re.sub(
        r'"(url|funding)": (".*?"|\{.*?\}|\[[^]]*\])',
        "",
        (ROOT / "package-lock.json").read_text("utf-8"),
    )
