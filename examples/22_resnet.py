# title: ResNet-18
# title[es]: ResNet-18
# why: Every block adds its input back, so gradients have a road past every convolution. Open a stage, then a block.
# why[es]: Cada bloque vuelve a sumar su entrada: los gradientes tienen un camino que rodea cada convolución. Abre una etapa y luego un bloque.
# group: network
# language: torch
import torch
import torch.nn as nn
import torch.nn.functional as F

width = 8  # the real one has 64


class Block(nn.Module):
    """Two convolutions, and a shortcut around them."""

    def __init__(self, entering, leaving, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(entering, leaving, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(leaving)
        self.conv2 = nn.Conv2d(leaving, leaving, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(leaving)
        self.shortcut = None
        if stride != 1 or entering != leaving:
            self.shortcut = nn.Sequential(
                nn.Conv2d(entering, leaving, 1, stride, bias=False), nn.BatchNorm2d(leaving)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + (self.shortcut(x) if self.shortcut else x))


def stage(entering, leaving, stride):
    return nn.Sequential(Block(entering, leaving, stride), Block(leaving, leaving, 1))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 7, 2, 3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        self.layer1 = stage(width, width, 1)
        self.layer2 = stage(width, 2 * width, 2)
        self.layer3 = stage(2 * width, 4 * width, 2)
        self.layer4 = stage(4 * width, 8 * width, 2)
        self.head = nn.Linear(8 * width, 10)

    def forward(self, x):
        x = self.layer1(self.stem(x))
        x = self.layer4(self.layer3(self.layer2(x)))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.head(x)


net = ResNet()
images = torch.randn(2, 3, 64, 64)
labels = torch.tensor([3, 7])
loss = F.cross_entropy(net(images), labels)
loss.backward()
