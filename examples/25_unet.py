# title: A U-Net
# title[es]: Una U-Net
# why: Down to see what, up to see where: skip connections hand fine detail across, and gradients come back both ways.
# why[es]: Se baja para ver qué, se sube para ver dónde: los saltos pasan el detalle fino, y los gradientes vuelven por ambos caminos.
# group: network
# language: torch
import torch
import torch.nn as nn
import torch.nn.functional as F

width = 8


def double(entering, leaving):
    return nn.Sequential(
        nn.Conv2d(entering, leaving, 3, padding=1),
        nn.GroupNorm(4, leaving),
        nn.ReLU(),
        nn.Conv2d(leaving, leaving, 3, padding=1),
        nn.GroupNorm(4, leaving),
        nn.ReLU(),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = double(1, width)
        self.down2 = double(width, 2 * width)
        self.bottom = double(2 * width, 4 * width)
        self.rise2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.up2 = double(4 * width, 2 * width)
        self.rise1 = nn.ConvTranspose2d(2 * width, width, 2, 2)
        self.up1 = double(2 * width, width)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, image):
        fine = self.down1(image)
        coarse = self.down2(F.max_pool2d(fine, 2))
        deep = self.bottom(F.max_pool2d(coarse, 2))
        x = self.up2(torch.cat([coarse, self.rise2(deep)], 1))
        x = self.up1(torch.cat([fine, self.rise1(x)], 1))
        return self.head(x)


unet = UNet()
image = torch.randn(1, 1, 32, 32)
mask = (torch.rand(1, 1, 32, 32) > 0.5).float()
logits = unet(image)
loss = F.binary_cross_entropy_with_logits(logits, mask)
loss.backward()
