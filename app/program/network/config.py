"""A GPT configuration as Python dict or JSON in; its values with the places they stand at, out.

Comments (#, //, /* */), bare or quoted keys, `NAME =` before it and a comma too many are read too."""

from __future__ import annotations

import difflib
import re
from typing import Any, NamedTuple

from app.errors import ProgramError
from app.graph import Span
from app.program.network.bare import completed
from app.program.network.line import Token
from app.program.paste import split_lines

TOKEN = re.compile(
    r"""(?P<skip>[ \t\u00a0]+|\#.*|//.*|/\*.*?\*/)
    | (?P<string>"[^"\n]*"|'[^'\n]*')
    | (?P<number>[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<word>[^\W\d][\w.]*)
    | (?P<sign>[{}()\[\],:=;])""",
    re.X,
)
#: key → what other programs call it
KEYS = {
    "vocab_size": ("n_vocab", "vocabulary_size", "tamano_vocabulario", "tamaño_vocabulario", "vocab"),
    "context_length": ("n_positions", "n_ctx", "block_size", "max_position_embeddings", "max_seq_len", "ctx_len",
        "seq_len", "max_length", "longitud_contexto", "longitud_de_contexto"),
    "emb_dim": ("n_embd", "d_model", "hidden_size", "embed_dim", "dim", "n_embed", "emb_size",
        "embedding_dim", "dim_embedding", "dimension_incrustacion", "dimensión_incrustación"),
    "n_heads": ("n_head", "num_heads", "num_attention_heads", "heads", "nhead", "n_cabezas", "n_cabezales", "num_cabezas"),
    "n_layers": ("n_layer", "num_layers", "num_hidden_layers", "layers", "depth", "n_capas", "num_capas"),
    "drop_rate": ("dropout", "resid_pdrop", "p_dropout", "dropout_rate"),
    "qkv_bias": ("bias", "attention_bias"),
}  # fmt: skip
NAMES = {name: key for key, names in KEYS.items() for name in (key, *names)}
OPTIONAL = {"drop_rate": 0.0, "qkv_bias": False}
#: largest sensible values; beyond them a slip is likelier than a wish
MOST = {
    "vocab_size": 2_000_000,
    "context_length": 1_000_000,
    "emb_dim": 100_000,
    "n_heads": 1024,
    "n_layers": 1000,
}
_WORDS = {"true": True, "false": False, "none": False, "null": False}


class Entry(NamedTuple):
    """One value: where the value stands, and the whole `key: value`."""

    value: float | bool
    at: Span
    whole: Span


class Config(NamedTuple):
    """The values by our names, keys that were not understood, and the span of everything."""

    entries: dict[str, Entry]
    ignored: list[Token]
    span: Span


def tokens(source: str, lang: str = "en") -> list[Token]:
    """Raises ProgramError `unexpected_character`."""
    found: list[Token] = []
    for row, line in enumerate(split_lines(source), 1):
        place = 0
        while place < len(line):
            matched = TOKEN.match(line, place)
            end = matched.end() if matched else place + 1
            span = Span(line=row, column=place, end_line=row, end_column=end)
            if matched is None:
                raise ProgramError(
                    "unexpected_character", span=span, lang=lang, character=line[place]
                )
            if matched.lastgroup != "skip":
                found.append(Token(str(matched.lastgroup), matched[0], span, tight=False))
            place = end
    return found


def config(source: str, lang: str = "en", written: str = "") -> Config:
    """Raises ProgramError with the place of what is wrong or missing; `written` is the text where the
    entries stand one a line, so that a line can be added."""
    given = tokens(source, lang)
    _balanced(given, lang)
    entries: dict[str, Entry] = {}
    ignored: list[Token] = []
    place = 0
    while place + 1 < len(given):
        token, after = given[place], given[place + 1]
        name = token.text.strip("\"'")
        if token.kind in ("string", "word") and after.text in (":", "=") and place + 2 < len(given):
            first = given[place + 2]
            calls = place + 3 < len(given) and given[place + 3].text == "("
            if first.text in "{([" or calls:
                place += 2
                continue
            if (key := NAMES.get(name.lower())) is not None:
                entries[key] = _entry(key, token, first, lang)
            else:
                ignored.append(token)
            place += 3
        else:
            place += 1
    whole = _between(given[0], given[-1])
    return Config(_checked(entries, ignored, whole, lang, written), ignored, whole)


def _entry(key: str, name: Token, token: Token, lang: str) -> Entry:
    words: dict[str, Any] = {"name": key, "text": token.text[:40]}
    text = token.text.lower()
    value: float | bool
    if token.kind == "number":
        value = float(token.text.replace("_", ""))
    elif token.kind == "word" and text in _WORDS and key in OPTIONAL:
        value = _WORDS[text]
    else:
        raise ProgramError("config_value", span=token.span, lang=lang, **words)
    if key == "drop_rate" and not 0 <= value < 1:
        raise ProgramError("layer_rate", span=token.span, lang=lang)
    if key not in OPTIONAL and (value != int(value) or not 1 <= value <= MOST[key]):
        words = {"name": key, "number": token.text[:40], "most": MOST[key]}
        raise ProgramError("config_range", span=token.span, lang=lang, **words)
    if key == "qkv_bias":
        value = bool(value)
    elif key != "drop_rate":
        value = int(value)
    return Entry(value, token.span, _between(name, token))


def _checked(
    entries: dict[str, Entry], ignored: list[Token], whole: Span, lang: str, written: str
) -> dict[str, Entry]:
    """Nothing missing, and the heads divide the width."""
    missing = [key for key in KEYS if key not in entries and key not in OPTIONAL]
    for key in missing:
        for token in ignored:
            name = token.text.strip("\"'")
            if difflib.get_close_matches(name, [key, *KEYS[key]], 1, 0.75):
                raise ProgramError("config_near", span=token.span, lang=lang, name=name, near=key)
    if missing:
        names = ", ".join(missing)
        repair = completed(written, missing) if written and "(" not in written else None
        raise ProgramError("config_missing", span=whole, lang=lang, repair=repair, names=names)
    width, heads = int(entries["emb_dim"].value), int(entries["n_heads"].value)
    if width % heads:
        words: dict[str, Any] = {
            "width": width,
            "heads": heads,
            "near": max(heads, round(width / heads) * heads),
        }
        raise ProgramError("config_heads", span=entries["emb_dim"].at, lang=lang, **words)
    return entries


def _balanced(given: list[Token], lang: str) -> None:
    open_: list[Token] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for token in given:
        if token.kind == "sign" and token.text in "([{":
            open_.append(token)
        elif token.kind == "sign" and token.text in pairs:
            if not open_ or open_.pop().text != pairs[token.text]:
                raise ProgramError("unbalanced", span=token.span, lang=lang, bracket=token.text)
    if open_:
        raise ProgramError("unbalanced", span=open_[-1].span, lang=lang, bracket=open_[-1].text)


def _between(first: Token, last: Token) -> Span:
    return Span(
        line=first.span.line,
        column=first.span.column,
        end_line=last.span.end_line,
        end_column=last.span.end_column,
    )
