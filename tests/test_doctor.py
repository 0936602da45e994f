"""Doctor's report: what it finds, what it says, and that asking loads no torch."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import msgspec
import pytest

from app import doctor


@pytest.fixture(scope="module")
def report() -> doctor.Report:
    return doctor.examine()


def test_torch_is_found(report) -> None:
    assert report.torch.split("+")[0] == metadata.version("torch").split("+")[0]
    assert report.torch_threads >= 1


def test_libraries_have_versions(report) -> None:
    assert report.libraries["torchviz"] == metadata.version("torchviz")
    assert doctor.version_of("no-such-library") is None


def test_report_survives_json(report) -> None:
    assert msgspec.json.decode(msgspec.json.encode(report), type=doctor.Report) == report


def test_examining_imports_no_torch() -> None:
    code = "import sys; from app.doctor import examine; examine(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_torch_is_said(monkeypatch) -> None:
    monkeypatch.setattr(doctor, "QUESTION", "raise ImportError('torch')")
    report = doctor.examine()
    assert report.torch is None and report.cuda == []
    assert "✗ torch " in doctor.text_of(report)


def test_library_that_does_not_load_is_said(monkeypatch, tmp_path, report) -> None:
    assert report.graphviz == metadata.version("pygraphviz")
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('libX11.so.6')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor.graphviz() is None
    text = doctor.text_of(msgspec.structs.replace(report, graphviz=None))
    assert f"apt-get install {doctor.SYSTEM_PACKAGES}" in text


def test_text_speaks_both_languages(report) -> None:
    assert "resource limits" in doctor.text_of(report)
    assert "límites de recursos" in doctor.text_of(report, "es")


def test_unconfined_machine_is_warned(report) -> None:
    bare = msgspec.structs.replace(report.confinement, kernel_enforced=False, seccomp=False)
    text = doctor.text_of(msgspec.structs.replace(report, confinement=bare))
    assert "serves this machine alone" in text
    assert "✗ seccomp filter" in text


def reasons(**found) -> dict[str, str | None]:
    platform, driver = found.pop("platform", "linux"), found.pop("driver", False)
    listed = doctor.devices_of(doctor.Torch(**found), platform, driver)
    return {one.name: one.reason for one in listed}


def test_missing_devices_have_reasons() -> None:
    assert reasons() == {"cpu": None, "cuda": "cuda_build", "mps": "mps_system"}
    assert reasons(is_cuda_built=True)["cuda"] == "cuda_driver"
    assert reasons(is_cuda_built=True, driver=True)["cuda"] == "cuda_card"
    assert reasons(platform="darwin")["mps"] == "mps_build"
    assert reasons(platform="darwin", mps=True)["mps"] is None


def test_every_card_is_offered() -> None:
    assert reasons(cuda=["A"], is_cuda_built=True)["cuda"] is None
    two = reasons(cuda=["A", "B"], is_cuda_built=True)
    assert two["cuda:0"] is two["cuda:1"] is None and "cuda" not in two
