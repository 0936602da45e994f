# title: An LSTM that reads words
# title[es]: Una LSTM que lee palabras
# why: A recurrent layer is one card, whatever its length; its four gates share one weight matrix per layer and direction.
# why[es]: Una capa recurrente es una sola tarjeta, sea cual sea su longitud; sus cuatro puertas comparten una matriz de pesos por capa y dirección.
# group: network
# language: torch
import torch
import torch.nn as nn
import torch.nn.functional as F

width = 24
words = 100


class Reader(nn.Module):
    """Reads words one after the other and guesses each next one."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, 2 * width, num_layers=2, batch_first=True)
        self.head = nn.Linear(2 * width, words)

    def forward(self, text):
        states, (hidden, cell) = self.lstm(self.embedding(text))
        return self.head(states)


reader = Reader()
text = torch.randint(0, words, (4, 13))
guesses = reader(text[:, :-1])
loss = F.cross_entropy(guesses.flatten(0, 1), text[:, 1:].flatten())
loss.backward()
