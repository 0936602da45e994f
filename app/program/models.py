"""A program that takes a network from torchvision.models in; the same with the network written out, out.

Sizes and order are those of the papers (He et al. 2016, Krizhevsky 2014, Simonyan & Zisserman 2015);
the weights are random, for none can be downloaded."""

from __future__ import annotations

import re

_RESNET = '''
class Block(nn.Module):
    """Convolutions, and a shortcut around them; `grows` times as many channels leave."""

    def __init__(self, entering, width, stride, grows):
        super().__init__()
        sizes = [(1, 1, 0), (3, stride, 1), (1, 1, 0)] if grows > 1 else [(3, stride, 1), (3, 1, 1)]
        ways = [entering] + [width] * (len(sizes) - 1) + [width * grows]
        layers = []
        for a, b, (kernel, step, pad) in zip(ways, ways[1:], sizes):
            layers += [nn.Conv2d(a, b, kernel, step, pad, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])
        self.downsample = None
        if stride != 1 or entering != width * grows:
            self.downsample = nn.Sequential(
                nn.Conv2d(entering, width * grows, 1, stride, bias=False), nn.BatchNorm2d(width * grows)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.layers(x) + shortcut)


class ResNet(nn.Module):
    def __init__(self, counts, grows, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        entering = 64
        for number, count in enumerate(counts):
            blocks = []
            for place in range(count):
                stride = 2 if number and not place else 1
                blocks.append(Block(entering, 64 * 2**number, stride, grows))
                entering = 64 * 2**number * grows
            setattr(self, f"layer{number + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(entering, num_classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def NAME(num_classes=1000):
    return ResNet(COUNTS, num_classes)
'''
_SEQUENTIAL = """
class FAMILY(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        layers, entering = [], 3
        for size in SIZES:
            if size == "pool":
                layers.append(nn.MaxPool2d(POOL))
            else:
                layers += [nn.Conv2d(entering, *size), nn.ReLU()]
                entering = size[0]
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(SIDE)
        self.classifier = nn.Sequential(
            HEAD
        )

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def NAME(num_classes=1000):
    return FAMILY(num_classes)
"""
_RESNETS = {
    "resnet18": "[2, 2, 2, 2], 1", "resnet34": "[3, 4, 6, 3], 1", "resnet50": "[3, 4, 6, 3], 4",
    "resnet101": "[3, 4, 23, 3], 4",
}  # fmt: skip
_ALEXNET = {
    "FAMILY": "AlexNet", "POOL": "3, 2", "SIDE": "6",
    "SIZES": '[(64, 11, 4, 2), "pool", (192, 5, 1, 2), "pool", (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1), "pool"]',
    "HEAD": "nn.Dropout(), nn.Linear(256 * 36, 4096), nn.ReLU(),\n            nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, num_classes),",
}  # fmt: skip
_VGG = {
    "FAMILY": "VGG", "POOL": "2", "SIDE": "7",
    "HEAD": "nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(),\n            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, num_classes),",
}  # fmt: skip
_VGGS = {"vgg11": (1, 1, 2, 2, 2), "vgg13": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3)}
NAMES = (*_RESNETS, "alexnet", *_VGGS)
_WEIGHTS = re.compile(
    r",?\s*(?:weights|pretrained|progress)\s*=\s*[\w.]+(?:\[?['\"][\w.]*['\"]\]?)?"
)
_IMPORT = re.compile(
    r"^[ \t]*(?:from\s+torchvision(?:\.models)?\s+import\s+(?:\([^)]*\)|.*)"
    r"|import\s+torchvision(?:\.models)?(?:[ \t]+as[ \t]+\w+)?)[ \t]*(?:\n|$)",
    re.M,
)


def code_of(name: str) -> str:
    """The torch code of one of NAMES: a function that makes it."""
    if name in _RESNETS:
        return _filled(_RESNET, {"NAME": name, "COUNTS": _RESNETS[name]})
    if name == "alexnet":
        return _filled(_SEQUENTIAL, {"NAME": name, **_ALEXNET})
    widths = zip((64, 128, 256, 512, 512), _VGGS[name], strict=True)
    sizes = ", ".join(", ".join([f"({w}, 3, 1, 1)"] * n + ['"pool"']) for w, n in widths)
    return _filled(_SEQUENTIAL, {"NAME": name, **_VGG, "SIZES": f"[{sizes}]"})


def _filled(text: str, words: dict[str, str]) -> str:
    for word, put in words.items():
        text = re.sub(rf"\b{word}\b", put, text)
    return text


def with_model(source: str) -> str | None:
    """None where no network of NAMES is called, or several kinds are."""
    named = "|".join(NAMES)
    call = re.compile(
        rf"(?<![\w.])(?:(?:torchvision\.)?models\.)?({named})\(((?:[^()]|\([^()]*\))*)\)"
    )
    kinds = {found[1] for found in call.finditer(source)}
    imports = list(_IMPORT.finditer(source))
    if len(kinds) != 1 or not imports:
        return None
    name = kinds.pop()
    head = "import torch\nimport torch.nn as nn\n\n" + code_of(name) + "\n\n"
    body = call.sub(lambda found: f"{name}({_arguments(found[2])})", source)
    imports = list(_IMPORT.finditer(body))
    rest = body[: imports[0].start()] + head + body[imports[0].start() :]
    if not re.search(
        r"\btorchvision\.(?!models)|\b(?:transforms|datasets)\b", _IMPORT.sub("", body)
    ):
        rest = body[: imports[0].start()] + head + _IMPORT.sub("", body[imports[0].start() :])
    return rest


def _arguments(text: str) -> str:
    """Without the weights, which nobody has."""
    kept = _WEIGHTS.sub("", text).strip(" ,")
    return "" if kept in ("True", "False", "None") else kept
