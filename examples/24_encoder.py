# title: A transformer encoder layer
# title[es]: Una capa codificadora de transformer
# why: PyTorch's own layer, opened: where its heads split, where they look, and the two sums that carry gradients past it all.
# why[es]: La capa del propio PyTorch, abierta: dónde se separan sus cabezas, adónde miran, y las dos sumas que llevan los gradientes más allá.
# group: network
# language: torch
import torch
import torch.nn as nn

width = 32
layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=4 * width, batch_first=True)
tokens = torch.randn(2, 6, width)
target = torch.randn(2, 6, width)

out = layer(tokens)
loss = (out - target).pow(2).mean()
loss.backward()
