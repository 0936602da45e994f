"""A GPT configuration in; the torch code of the decoder-only transformer it describes, out.

Pre-norm blocks of causal multi-head attention and a GELU network, as GPT-2 has them (Radford et al.
2019, "Language Models are Unsupervised Multitask Learners"); names follow the configuration's keys."""

from __future__ import annotations

from typing import Any

from app.errors import ProgramError
from app.graph import Diagnostic
from app.program.network.code import Line
from app.program.network.config import OPTIONAL, Config
from app.program.network.layered import Controls
from app.program.notes import note
from app.settings import settings

#: what "shrink" leaves of a configuration at most
SMALL = {"vocab_size": 512, "context_length": 64, "emb_dim": 64, "n_heads": 4, "n_layers": 3}
#: bytes per parameter that a run holds at once: value and gradient in float32
BYTES = 8

#: each line of the code starts with the key it stands for, or * for the whole
CODE = '''\
* import torch
* import torch.nn as nn
* import torch.nn.functional as F
*
vocab_size vocab_size = {vocab_size}
context_length context_length = {context_length}
emb_dim emb_dim = {emb_dim}
n_heads n_heads = {n_heads}
n_layers n_layers = {n_layers}
drop_rate drop_rate = {drop_rate}
qkv_bias qkv_bias = {qkv_bias}
*
*
n_heads class Attention(nn.Module):
n_heads     """Causal multi-head self-attention."""
n_heads
n_heads     def __init__(self):
n_heads         super().__init__()
qkv_bias         self.query = nn.Linear(emb_dim, emb_dim, bias=qkv_bias)
qkv_bias         self.key = nn.Linear(emb_dim, emb_dim, bias=qkv_bias)
qkv_bias         self.value = nn.Linear(emb_dim, emb_dim, bias=qkv_bias)
n_heads         self.out = nn.Linear(emb_dim, emb_dim)
drop_rate         self.dropout = nn.Dropout(drop_rate)
n_heads
n_heads     def forward(self, x):
n_heads         batch, tokens, _ = x.shape
n_heads         heads = (batch, tokens, n_heads, emb_dim // n_heads)
qkv_bias         query = self.query(x).view(heads).transpose(1, 2)
qkv_bias         key = self.key(x).view(heads).transpose(1, 2)
qkv_bias         value = self.value(x).view(heads).transpose(1, 2)
n_heads         scores = query @ key.transpose(2, 3) / (emb_dim // n_heads) ** 0.5
context_length         future = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
context_length         scores = scores.masked_fill(future, float("-inf"))
n_heads         weights = scores.softmax(-1)
drop_rate         weights = self.dropout(weights)
n_heads         mixed = (weights @ value).transpose(1, 2).reshape(batch, tokens, emb_dim)
n_heads         return self.out(mixed)
*
*
n_layers class Block(nn.Module):
n_layers     """Attention, then a network of its own for each token; both add to what came in."""
n_layers
n_layers     def __init__(self):
n_layers         super().__init__()
emb_dim         self.norm1 = nn.LayerNorm(emb_dim)
n_heads         self.attention = Attention()
emb_dim         self.norm2 = nn.LayerNorm(emb_dim)
emb_dim         self.mlp = nn.Sequential(
emb_dim             nn.Linear(emb_dim, 4 * emb_dim), nn.GELU(), nn.Linear(4 * emb_dim, emb_dim)
emb_dim         )
drop_rate         self.dropout = nn.Dropout(drop_rate)
n_layers
n_layers     def forward(self, x):
n_heads         x = x + self.dropout(self.attention(self.norm1(x)))
emb_dim         return x + self.dropout(self.mlp(self.norm2(x)))
*
*
* class GPT(nn.Module):
*     def __init__(self):
*         super().__init__()
vocab_size         self.token = nn.Embedding(vocab_size, emb_dim)
context_length         self.position = nn.Embedding(context_length, emb_dim)
drop_rate         self.dropout = nn.Dropout(drop_rate)
n_layers         self.blocks = nn.Sequential(*[Block() for _ in range(n_layers)])
emb_dim         self.norm = nn.LayerNorm(emb_dim)
vocab_size         self.head = nn.Linear(emb_dim, vocab_size, bias=False)
*         for module in self.modules():
*             if isinstance(module, (nn.Linear, nn.Embedding)):
*                 nn.init.normal_(module.weight, std=0.02)
vocab_size tied:        self.head.weight = self.token.weight
*
*     def forward(self, ids):
context_length         x = self.token(ids) + self.position(torch.arange(ids.shape[1]))
drop_rate         x = self.dropout(x)
n_layers         x = self.blocks(x)
vocab_size         return self.head(self.norm(x))
*
*
* gpt = GPT()
vocab_size ids = torch.randint(0, vocab_size, ({batch}, {tokens}))
* logits = gpt(ids[:, :-1])
vocab_size loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
* loss.backward()
'''


def gpt(given: Config, controls: Controls, lang: str) -> tuple[list[Line], list[Diagnostic]]:
    """Raises ProgramError `control_range` or `network_too_large`."""
    values = {key: entry.value for key, entry in given.entries.items()}
    values = OPTIONAL | values
    tied = bool(controls.flag("tied", default=True))
    shrink = bool(controls.flag("shrink", default=False))
    notes = [note("config_ignored", t.span, lang, name=t.text.strip("\"'")) for t in given.ignored]
    if shrink:
        small = shrunk(values)
        changed = ", ".join(
            f"{k} {values[k]:g} → {v:g}" for k, v in small.items() if values[k] != v
        )
        values = small
        if changed:
            notes.append(note("shrunk", given.span, lang, changed=changed))
    size = parameters(values, tied)
    limit = settings().memory_mib * 1_048_576
    if size * BYTES > limit:
        words: dict[str, Any] = {
            "size": f"{size / 1e6:,.0f}",
            "need": f"{size * BYTES / 2**30:.1f}",
            "limit": f"{limit / 2**30:.1f}",
        }
        raise ProgramError("network_too_large", span=given.span, lang=lang, **words)
    context = int(values["context_length"])
    sequence = controls.take("sequence", min(64, context), context)
    batch = controls.take("batch", 1, 256)
    return _lines(values, tied, batch, sequence, given), notes


def parameters(values: dict[str, float | bool], tied: bool) -> int:
    """How many numbers the network learns."""
    width, vocab = int(values["emb_dim"]), int(values["vocab_size"])
    attention = 4 * width * width + width + 3 * width * bool(values["qkv_bias"])
    block = attention + 8 * width * width + 5 * width + 4 * width
    heads = vocab * width * (1 if tied else 2)
    return (
        heads + int(values["context_length"]) * width + int(values["n_layers"]) * block + 2 * width
    )


def shrunk(values: dict[str, float | bool]) -> dict[str, float | bool]:
    """The same network with few and narrow layers."""
    small = {key: min(value, SMALL.get(key, value)) for key, value in values.items()}
    small["emb_dim"] = max(1, int(small["emb_dim"]) // int(small["n_heads"])) * int(
        small["n_heads"]
    )
    return small


def _lines(
    values: dict[str, float | bool], tied: bool, batch: int, sequence: int, given: Config
) -> list[Line]:
    texts = {key: _text(key, value) for key, value in values.items()}
    texts |= {"batch": str(batch), "tokens": str(sequence + 1)}
    lines = []
    for row in CODE.rstrip("\n").split("\n"):
        key, _, text = row.partition(" ")
        if text.startswith("tied:"):
            if not tied:
                continue
            text = text.removeprefix("tied:")
        if row.startswith(tuple(f"{k} {k} =" for k in texts)) or "{batch}" in text:
            text = text.format(**texts)
        entry = given.entries.get(key)
        lines.append(Line(text, entry.whole if entry else given.span))
    return lines


def _text(key: str, value: float | bool) -> str:
    return (
        str(bool(value))
        if key == "qkv_bias"
        else f"{float(value):g}"
        if key == "drop_rate"
        else str(int(value))
    )
