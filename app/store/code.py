"""A URL code in; the state of the page it holds, out, and back: base64url(raw deflate(JSON)).

`static/src/url.ts` is the same function in the browser. A code is hostile until decoded: length,
inflated size, depth and every type are checked, and fields nobody knows are left out."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.errors import LimitError
from app.graph import Struct
from app.protocol import Job, Options

#: characters of a code, as in url.ts
LONGEST = 400_000
#: bytes a code may inflate to
INFLATED = 2_000_000
#: lists within lists in the value of an input: torch's tensors have at most 64 dimensions
DEEPEST = 64

Short = Annotated[str, Meta(max_length=200)]
Names = Annotated[list[Short], Meta(max_length=2_000)]
#: what a browser can say exactly
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class SavedOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the program runs."""

    device: Short = "cpu"
    dtype: Literal["float32", "float64"] = "float32"
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0


class Saved(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a link, an embed and an image need to show the same thing again. Null is "as it comes":
    the detected language, the inferred root, the last step, the reader's theme."""

    v: Literal[1]
    source: str
    language: Short | None = None
    inputs: dict[Short, Any] | None = None
    root: Short | None = None
    view: Literal["program", "autograd"] | None = None
    options: SavedOptions | None = None
    opened: Names | None = None
    closed: Names | None = None
    step: Whole | None = None
    theme: Literal["system", "light", "dark"] | None = None
    selected: Short | None = None
    title: Short | None = None

    def told(self) -> Saved:
        """Only what the run depends on: the same run is shown in many ways."""
        return Saved(
            v=1,
            source=self.source,
            language=self.language,
            inputs=self.inputs,
            root=self.root,
            options=self.options,
        )

    def job(self, lang: str = "en") -> Job:
        """The run this state is of."""
        chosen = self.options or SavedOptions()
        options = Options(
            device=chosen.device, dtype=chosen.dtype, seed=chosen.seed, root=self.root, lang=lang
        )
        return Job(
            source=self.source, language=self.language, inputs=self.inputs or {}, options=options
        )


_DECODER = msgspec.json.Decoder(Saved)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def decode(code: str, lang: str = "en") -> Saved:
    """The state in a code.

    Raises LimitError: `code_too_large`, `code_version` where a newer Gradreel wrote it, else
    `code_malformed`."""
    if len(code) > LONGEST:
        raise LimitError("code_too_large", lang=lang, limit=LONGEST // 1000)
    text = _inflated(code, lang)
    try:
        saved = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LimitError(_fault(text), lang=lang) from error
    if saved.inputs:
        if any(_depth(value) > DEEPEST for value in saved.inputs.values()):
            raise LimitError("code_malformed", lang=lang)
        canonical(saved)  # a whole number may be too large to be written again
    return saved


def encode(saved: Saved) -> str:
    """The code of a state; equal states have equal codes.

    Raises LimitError `code_too_large` where `decode` would refuse it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = canonical(saved)
    packed = packer.compress(content) + packer.flush()
    code = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    if len(code) > LONGEST or len(content) > INFLATED:
        raise LimitError("code_too_large", limit=LONGEST // 1000)
    return code


def canonical(saved: Saved) -> bytes:
    """The JSON of a state, the same for equal states whoever wrote the code.

    Raises LimitError `code_malformed` for values JSON cannot carry both ways."""
    try:
        return _ENCODER.encode(saved)
    except (OverflowError, RecursionError, UnicodeError, TypeError, ValueError) as error:
        raise LimitError("code_malformed") from error


def _inflated(code: str, lang: str) -> bytes:
    try:
        packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj(-15)
        text = inflater.decompress(packed, INFLATED)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise LimitError("code_malformed", lang=lang) from error
    if inflater.unconsumed_tail:
        raise LimitError("code_too_large", lang=lang, limit=LONGEST // 1000)
    if not inflater.eof or inflater.unused_data:
        raise LimitError("code_malformed", lang=lang)
    return text


class _Version(msgspec.Struct):
    v: int


def _fault(text: bytes) -> str:
    """Whether a newer Gradreel wrote this, or nobody did."""
    try:
        version = msgspec.json.decode(text, type=_Version).v
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "code_malformed"
    return "code_malformed" if version == 1 else "code_version"


def _depth(value: Any) -> int:
    """Levels of lists and objects, counted without recursion."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner = [one for one in level if isinstance(one, (list, dict))]
        level = [e for one in inner for e in (one.values() if isinstance(one, dict) else one)]
        depth += bool(inner)
    return depth
