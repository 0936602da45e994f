# title: A variational autoencoder
# title[es]: Un autocodificador variacional
# why: Randomness that gradients pass through: the noise comes from outside, mean and spread are learnt. Two losses meet at the end.
# why[es]: Azar que deja pasar los gradientes: el ruido viene de fuera, media y dispersión se aprenden. Dos pérdidas se encuentran al final.
# group: network
# language: torch
import torch
import torch.nn as nn
import torch.nn.functional as F

width = 64
pixels = 144


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, width), nn.ReLU())
        self.mean = nn.Linear(width, 8)
        self.log_variance = nn.Linear(width, 8)
        self.decoder = nn.Sequential(nn.Linear(8, width), nn.ReLU(), nn.Linear(width, pixels))

    def forward(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        noise = torch.randn_like(mean)
        z = mean + noise * torch.exp(0.5 * log_variance)
        return self.decoder(z), mean, log_variance


vae = VAE()
x = torch.rand(4, pixels)
picture, mean, log_variance = vae(x)
likeness = F.binary_cross_entropy_with_logits(picture, x, reduction="sum")
divergence = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum()
loss = likeness + divergence
loss.backward()
