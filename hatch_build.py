"""Bundle the browser code while the package is built; Node comes as a wheel where none is here."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _bundler(root: str) -> Any:
    spec = importlib.util.spec_from_file_location("bundle", Path(root) / "static" / "bundle.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CustomBuildHook(BuildHookInterface):
    """Runs static/bundle.py unless the bundle is current (as it is in an sdist)."""

    def dependencies(self) -> list[str]:
        """Node's wheel, only where it will be needed."""
        bundler = _bundler(self.root)
        return [] if bundler.is_current() or bundler.system_npm() else [bundler.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make static/dist."""
        if _bundler(self.root).build():
            raise RuntimeError("the browser code could not be bundled")
