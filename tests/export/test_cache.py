"""The render cache: bounded, least recently used goes first, and no name leads out of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app import assets
from app.export import How
from app.export import cache as cache_module
from app.export.cache import RenderCache, key_of


def keys(count: int) -> list[str]:
    return [key_of([str(number).encode()], How(), "svg") for number in range(count)]


def test_what_was_put_is_found(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path / "deep" / "er", 1000)
    (key,) = keys(1)
    assert cache.get(key, "svg") is None
    cache.put(key, "svg", b"<svg/>")
    assert cache.get(key, "svg") == b"<svg/>" and cache.get(key, "json") is None
    assert RenderCache(cache.folder, 1000).get(key, "svg") == b"<svg/>"


def test_key_depends_on_everything() -> None:
    base = key_of([b"ab"], How(), "svg")
    others = [
        key_of([b"abc"], How(), "svg"),
        key_of([b"ab"], How(step=3), "svg"),
        key_of([b"ab"], How(), "json"),
    ]
    others.append(key_of([b"a", b"b"], How(), "svg"))
    assert len({base, *others}) == 5 and base == key_of([b"ab"], How(), "svg")


def test_key_changes_with_what_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {path.name for _, path in cache_module.sources()}
    assert {"svg.py", "store.json", "standalone.html"} <= names
    before = cache_module.fingerprint()
    monkeypatch.setattr(cache_module, "version", lambda name: "0.0.1")
    cache_module._mixed.cache_clear()
    assert cache_module.fingerprint() != before
    cache_module._mixed.cache_clear()


def test_key_changes_with_a_rebuilt_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_root", lambda: tmp_path)
    bundle = tmp_path / "static" / "dist"
    seen = set()
    for script in ("one", "two"):
        shutil.rmtree(bundle, ignore_errors=True)
        bundle.mkdir(parents=True)
        (bundle / "embed.js").write_text(script)
        seen.add(key_of([b"state"], How(), "html"))
    assert len(seen) == 2 and key_of([b"state"], How(), "html") in seen


def test_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path, 1000)
    names = keys(4)
    for age, key in enumerate(names[:3]):
        cache.put(key, "svg", b"x" * 300)
        os.utime(cache.path_of(key, "svg"), (1000 + age, 1000 + age))
    assert cache.get(names[0], "svg")  # the oldest is used again
    cache.put(names[3], "svg", b"x" * 300)
    kept = [key for key in names if cache.path_of(key, "svg").exists()]
    assert kept == [names[0], names[2], names[3]]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1000


@pytest.mark.parametrize(
    ("key", "suffix"),
    [
        ("../" * 20 + "etc/passwd", "svg"),
        ("a" * 63 + "/", "svg"),
        ("a" * 64 + "\n", "svg"),
        ("A" * 64, "svg"),
        ("a" * 64, "svg/../../x"),
        ("a" * 64, "py"),
        ("", ""),
        ("a\x00" * 32, "svg"),
    ],
)
def test_foreign_names_are_refused(tmp_path: Path, key: str, suffix: str) -> None:
    with pytest.raises(ValueError):
        RenderCache(tmp_path, 1000).get(key, suffix)


def test_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    cache = RenderCache(tmp_path, 1000)
    monkeypatch.setattr(os, "replace", full)
    (key,) = keys(1)
    cache.put(key, "svg", b"<svg/>")
    assert not cache.has(key, "svg") and list(tmp_path.iterdir()) == []


def test_file_larger_than_all_is_not_kept(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path, 1000)
    (key,) = keys(1)
    cache.put(key, "svg", b"x" * 2000)
    assert not cache.has(key, "svg")


def test_folder_that_cannot_be_written_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = RenderCache(tmp_path / "file", 1000)
    (key,) = keys(1)
    cache.put(key, "svg", b"<svg/>")
    assert cache.get(key, "svg") == b"<svg/>" and cache.folder != tmp_path / "file"
