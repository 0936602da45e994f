"""This machine in; what it offers (confinement, devices, optional parts), as a report, out."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from importlib import metadata

import msgspec

from app import __version__
from app.assets import static_dir
from app.graph import Struct
from app.sandbox import Confinement, probe
from app.sandbox.device import has_driver
from app.words import say

#: run in a process of its own: asking torch must not load it here
QUESTION = """
import json, torch
print(json.dumps({
    "torch": torch.__version__,
    "cuda": [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())],
    "mps": bool(getattr(torch.backends, "mps", None) and torch.backends.mps.is_available()),
    "is_cuda_built": bool(torch.version.cuda or torch.version.hip),
    "threads": torch.get_num_threads(),
}))
"""

#: Debian's packages that pygraphviz's wheel expects of the system
SYSTEM_PACKAGES = "libglib2.0-0 libx11-6 libxext6 libxrender1"
#: libraries Gradreel does without, or does less without
LIBRARIES = ("torchviz", "pyseccomp", "uvloop", "playwright")


class Torch(Struct, frozen=True, kw_only=True):
    """What torch says of itself; all empty where it cannot be loaded."""

    torch: str | None = None
    cuda: list[str] = []
    mps: bool = False
    is_cuda_built: bool = False
    threads: int = 0


class Device(Struct, frozen=True, kw_only=True):
    """Somewhere to run: torch's name for it, a name for people, and where it cannot be used the
    reason, the end of a key `device.…`."""

    name: str
    label: str
    reason: str | None = None


def devices_of(torch: Torch, platform: str, has_driver: bool) -> list[Device]:
    """Every device a page may offer, those that are not there with the reason."""
    cards = [
        Device(name="cuda" if len(torch.cuda) == 1 else f"cuda:{k}", label=label)
        for k, label in enumerate(torch.cuda)
    ]
    if not cards:
        why = (
            "cuda_build"
            if not torch.is_cuda_built
            else "cuda_card"
            if has_driver
            else "cuda_driver"
        )
        cards = [Device(name="cuda", label="CUDA", reason=why)]
    why_no_mps = None if torch.mps else "mps_build" if platform == "darwin" else "mps_system"
    return [
        Device(name="cpu", label="CPU"),
        *cards,
        Device(name="mps", label="MPS", reason=why_no_mps),
    ]


@cache
def devices() -> list[Device]:
    """This machine's, asked once; some seconds."""
    return devices_of(_torch(), sys.platform, has_driver("cuda"))


class Report(Struct, frozen=True, kw_only=True):
    """What `gradreel doctor` says; `torch_threads` and `processors` are counts."""

    version: str
    python: str
    confinement: Confinement
    torch: str | None
    cuda: list[str]
    mps: bool
    torch_threads: int
    processors: int
    graphviz: str | None
    libraries: dict[str, str | None]
    bundle: bool


def examine() -> Report:
    """Look at everything."""
    torch = _torch()
    return Report(
        version=__version__,
        python=sys.version.split()[0],
        confinement=probe(),
        torch=torch.torch,
        cuda=torch.cuda,
        mps=torch.mps,
        torch_threads=torch.threads,
        processors=os.cpu_count() or 1,
        graphviz=graphviz(),
        libraries={name: version_of(name) for name in LIBRARIES},
        bundle=(static_dir() / "main.js").exists(),
    )


def _torch() -> Torch:
    try:
        answer = subprocess.run(
            [sys.executable, "-c", QUESTION], capture_output=True, timeout=120, check=False
        )
        return msgspec.json.decode(answer.stdout, type=Torch)
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError):
        return Torch()


def version_of(library: str) -> str | None:
    """The installed version, found without importing the library; None where there is none."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def graphviz() -> str | None:
    """The layout library's version where it can be loaded; None where it, or one of
    SYSTEM_PACKAGES, is missing."""
    loading = [sys.executable, "-c", "import pygraphviz"]
    loads = subprocess.run(loading, capture_output=True, check=False).returncode == 0
    return version_of("pygraphviz") if loads else None


#: words of the catalogue → parts of Confinement
PARTS = {
    "seccomp": "seccomp",
    "landlock": "landlock",
    "privileges": "no_new_privileges",
    "limits": "resource_limits",
    "enforced": "kernel_enforced",
}


def text_of(report: Report, lang: str = "en") -> str:
    """The report for a terminal."""
    confinement = report.confinement
    yes, no, none = (say(f"doctor.{word}", lang) for word in ("yes", "no", "none"))

    def line(key: str, value: object, good: bool) -> str:
        return f"{'✓' if good else '✗'} {say(f'doctor.{key}', lang):<32}{value}"

    rows = [
        f"Gradreel {report.version}, Python {report.python}",
        line("torch", report.torch or "—", report.torch is not None),
        line("threads", f"{report.torch_threads} / {report.processors}", report.torch_threads > 0),
        line("cuda", ", ".join(report.cuda) or none, bool(report.cuda)),
        line("mps", yes if report.mps else none, report.mps),
    ]
    for key, value in PARTS.items():
        is_there: bool = getattr(confinement, value)
        rows.append(line(key, yes if is_there else no, is_there))
    rows.append(line("graphviz", report.graphviz or none, report.graphviz is not None))
    rows.append(line("bundle", yes if report.bundle else no, report.bundle))
    rows += [library_line(name, version) for name, version in report.libraries.items()]
    if report.graphviz is None:
        rows.append(say("doctor.no_layout", lang, packages=SYSTEM_PACKAGES))
    if not confinement.kernel_enforced:
        rows.append(say("doctor.loopback", lang))
    return "\n".join(rows)


def library_line(name: str, version: str | None) -> str:
    """One optional library."""
    return f"{'✓' if version else '✗'} {name:<32}{version or '—'}"
