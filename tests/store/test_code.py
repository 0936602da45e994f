"""URL codes: what the browser writes is read, what nobody should write is refused."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import LimitError
from app.store.code import INFLATED, LONGEST, Saved, SavedOptions, canonical, decode, encode

FULL = Saved(
    v=1,
    source="z = w·x + b  # ∂\n",
    language="math",
    inputs={"w": 2.2, "x": [[1, 2], [3, 4]]},
    root="n4",
    view="autograd",
    options=SavedOptions(dtype="float64", seed=7),
    opened=["s1"],
    closed=["s2"],
    step=3,
    theme="dark",
    selected="n2",
    title="¿Qué es <script>?",
)


def packed(content: bytes) -> str:
    """What the browser does: raw deflate, base64url without padding."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = packer.compress(content) + packer.flush()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(code: str) -> str:
    with pytest.raises(LimitError) as error:
        decode(code)
    assert error.value.problem.hint
    return error.value.problem.code


def test_full_state_comes_back() -> None:
    assert decode(encode(FULL)) == FULL
    assert decode(encode(FULL)).job("es").options.lang == "es"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2**53))
def test_any_text_comes_back(source: str, seed: int) -> None:
    saved = Saved(v=1, source=source, options=SavedOptions(seed=seed))
    assert decode(encode(saved)) == saved


def test_equal_states_have_equal_codes() -> None:
    one = Saved(v=1, source="y = a b", inputs={"a": 1, "b": 2})
    two = Saved(v=1, source="y = a b", inputs={"b": 2, "a": 1})
    assert encode(one) == encode(two) and canonical(one) == canonical(two)


def test_browser_code_is_read() -> None:
    text = json.dumps({"v": 1, "source": "y = x²", "future": {"a": [1]}, "view": "autograd"})
    assert decode(packed(text.encode())) == Saved(v=1, source="y = x²", view="autograd")


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on PATH")
def test_browsers_own_deflate_agrees() -> None:
    script = (
        "const s=JSON.stringify({v:1,source:'z = w·x',inputs:{w:[1,2.5]}});"
        "const b=new Response(new Blob([s]).stream().pipeThrough("
        "new CompressionStream('deflate-raw')));"
        "b.arrayBuffer().then(a=>console.log(Buffer.from(a).toString('base64url')));"
    )
    out = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert decode(out.stdout.strip()).inputs == {"w": [1, 2.5]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "x"},
        {"v": 1},
        {"v": 1, "source": 3},
        {"v": 1, "source": "x", "step": "last"},
        {"v": 1, "source": "x", "step": 1e300},
        {"v": 1, "source": "x", "view": "raw"},
        {"v": 1, "source": "x", "inputs": [1]},
        {"v": 1, "source": "x", "opened": ["s"] * 5000},
        {"v": 1, "source": "x", "title": "t" * 201},
        {"v": 1, "source": "x", "options": {"seed": -1}},
        {"v": 1, "source": "x", "options": {"dtype": "int8"}},
        [],
        None,
    ],
)
def test_wrong_types_are_refused(wrong: Any) -> None:
    assert refused(packed(json.dumps(wrong).encode())) == "code_malformed"


@pytest.mark.parametrize("code", ["", "A", "%2e%2e", "a+b/", "..%2f", "é", "\x00", "AAAA", "a b"])
def test_garbage_is_refused(code: str) -> None:
    assert refused(code) == "code_malformed"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b'{"v":1,"source":"\\ud800"}',
        b'{"v":1,"source":"","inputs":{"x":NaN}}',
        b'{"v":1,"source":"","inputs":{"x":[1' + b"0" * 9_000 + b"]}}",
        b'{"v":1,"source":"","inputs":{"x":1e999}}',
        b'{"v":1,"source":"","inputs":{"x":' + b"[" * 900 + b"]" * 900 + b"}}",
        b'{"v":1,"source":"","inputs":{"x":' + b"[" * 90_000 + b"]" * 90_000 + b"}}",
    ],
)
def test_hostile_json_is_refused(content: bytes) -> None:
    assert refused(packed(content)) == "code_malformed"


def test_newer_version_is_named() -> None:
    assert refused(packed(b'{"v":2,"source":"x"}')) == "code_version"


def test_deflate_bomb_stops_at_the_cap() -> None:
    assert refused(packed(b" " * 200_000_000)) == "code_too_large"
    assert refused("A" * (LONGEST + 1)) == "code_too_large"


def test_cut_code_is_refused() -> None:
    code = encode(FULL)
    assert refused(code[:-8]) == "code_malformed"
    assert refused(code + "AAAA") == "code_malformed"


def test_state_too_large_to_read_is_not_written() -> None:
    with pytest.raises(LimitError):
        encode(Saved(v=1, source="a" * (INFLATED + 1)))
