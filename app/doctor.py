"""This machine in; what it offers (confinement, devices, optional parts), as a report, out."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from app import __version__
from app.assets import static_dir
from app.graph import Struct
from app.sandbox import Confinement, probe
from app.words import say

#: run in a process of its own: asking torch must not load it here
QUESTION = """
import json, torch
print(json.dumps({
    "torch": torch.__version__,
    "cuda": [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())],
    "mps": bool(getattr(torch.backends, "mps", None) and torch.backends.mps.is_available()),
    "threads": torch.get_num_threads(),
}))
"""


class Report(Struct, frozen=True, kw_only=True):
    """What `gradreel doctor` says."""

    version: str
    python: str
    confinement: Confinement
    torch: str | None
    cuda: list[str]
    mps: bool
    graphviz: str | None
    bundle: bool


def examine() -> Report:
    """Look at everything."""
    torch = _torch()
    return Report(
        version=__version__,
        python=sys.version.split()[0],
        confinement=probe(),
        torch=torch.get("torch"),
        cuda=torch.get("cuda", []),
        mps=torch.get("mps", False),
        graphviz=_graphviz(),
        bundle=(static_dir() / "main.js").exists(),
    )


def _torch() -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-c", QUESTION], capture_output=True, text=True, timeout=120, check=False
    )
    try:
        found: dict[str, Any] = json.loads(answer.stdout)
    except ValueError:
        return {}
    return found


def _graphviz() -> str | None:
    try:
        import pygraphviz
    except ImportError:
        return None
    return str(pygraphviz.__version__)


def text_of(report: Report, lang: str = "en") -> str:
    """The report for a terminal."""
    confinement = report.confinement

    def line(key: str, value: object, good: bool) -> str:
        return f"{'✓' if good else '✗'} {say(f'doctor.{key}', lang):<28}{value}"

    return "\n".join(
        [
            f"Gradreel {report.version}, Python {report.python}",
            line("torch", report.torch or "—", report.torch is not None),
            line("cuda", ", ".join(report.cuda) or say("doctor.none", lang), bool(report.cuda)),
            line("mps", report.mps, report.mps),
            line("seccomp", confinement.seccomp, confinement.seccomp),
            line("landlock", confinement.landlock, confinement.landlock),
            line("limits", confinement.resource_limits, confinement.resource_limits),
            line("enforced", confinement.kernel_enforced, confinement.kernel_enforced),
            line("graphviz", report.graphviz or "—", report.graphviz is not None),
            line("bundle", report.bundle, report.bundle),
        ]
    )
