"""The networks everything is measured on: gallery programs at their real widths, and two very long ones."""

from __future__ import annotations

from dataclasses import dataclass

from app.program import read
from app.protocol import Job
from app.web.examples import examples

#: 1,000 iterations of ten ops each
LOOP = """
import torch
import torch.nn.functional as F

torch.manual_seed(0)
w = torch.randn(16, 16, requires_grad=True)
b = torch.zeros(16, requires_grad=True)
x = torch.randn(16)
h = torch.zeros(16)

for step in range(1000):
    gate = torch.sigmoid(h @ w + b)
    new = torch.tanh((x + h) @ w)
    h = gate * new + (1 - gate) * h

loss = h.pow(2).sum()
loss.backward()
"""
#: 25,000 iterations of four ops each
MANY = """
import torch

w = torch.tensor(0.5, requires_grad=True)
b = torch.tensor(0.1, requires_grad=True)
x = torch.tensor(1.0)

for step in range(25000):
    x = torch.tanh(x * w + b) + 0.001

x.backward()
"""
#: gallery program → (the line that makes it small, the line of the real thing)
WIDENED = {
    "22_resnet": ("width = 8", "width = 64"),
    "23_lstm": ("width = 24", "width = 256"),
    "24_encoder": ("width = 32", "width = 512"),
    "25_unet": ("width = 8", "width = 32"),
    "26_vae": ("width = 64", "width = 400"),
}
TITLES = {
    "21_gpt": "GPT-2 124M, 64 tokens",
    "22_resnet": "ResNet-18, 2 images",
    "23_lstm": "LSTM, 2 layers",
    "24_encoder": "encoder layer, 512 wide",
    "25_unet": "U-Net, 32 wide",
    "26_vae": "VAE, 400 wide",
}


#: where a program's forward pass begins; what comes before builds the network and its input
STARTS = {
    "gpt": "logits = gpt(",
    "resnet": "loss = F.cross_entropy(",
    "lstm": "guesses = ",
    "encoder": "out = ",
    "unet": "logits = unet(",
    "vae": "picture, mean",
    "loop": "h = torch.zeros",
    "many": "x = torch.tensor",
}
#: program → the module in it and its input, for peers that trace modules
MODULES = {
    "gpt": ("gpt", "ids[:, :-1]"),
    "resnet": ("net", "images"),
    "lstm": ("reader", "text[:, :-1]"),
    "encoder": ("layer", "tokens"),
    "unet": ("unet", "image"),
    "vae": ("vae", "x"),
}


@dataclass(frozen=True)
class Program:
    """One of them: `source` as pasted, `code` the torch code it becomes."""

    name: str
    title: str
    source: str
    language: str

    @property
    def halves(self) -> tuple[str, str]:
        """(what builds it, its forward and backward pass), as torch code."""
        code = self.code
        place = code.index("\n" + STARTS[self.name]) + 1
        return code[:place], code[place:]

    @property
    def job(self) -> Job:
        """What the worker is sent."""
        return Job(source=self.source, language=self.language)

    @property
    def code(self) -> str:
        """Plain torch, for running it without us."""
        return read(self.job).code


def gallery(name: str, is_wide: bool = True) -> Program:
    """A gallery program, at the width of the real thing or as it stands."""
    found = next(e for e in examples() if e.id == name)
    small, wide = WIDENED.get(name, ("", ""))
    assert small in found.source
    source = found.source.replace(small, wide, 1) if is_wide and small else found.source
    return Program(name.partition("_")[2], TITLES[name], source, found.language)


def programs(is_wide: bool = True) -> dict[str, Program]:
    """name → program, in the order they are told of."""
    found = [gallery(name, is_wide) for name in TITLES]
    found.append(Program("loop", "loop, 1,000 × 10 ops", LOOP, "torch"))
    found.append(Program("many", "100,000 ops", MANY, "torch"))
    return {program.name: program for program in found}
