# title: One training step
# title[es]: Un paso de entrenamiento
# why: Forward, loss, backward and the optimizer's arithmetic: the whole story of one step, with a green update at the end.
# why[es]: Adelante, pérdida, atrás y la aritmética del optimizador: la historia completa de un paso, con la actualización en verde.
# group: first
# language: torch
import torch
import torch.nn as nn
import torch.optim as optim


class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 2)
        self.fc2 = nn.Linear(2, 1)

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        return torch.sigmoid(self.fc2(h))


net = SimpleNet()
criterion = nn.BCELoss()
optimizer = optim.SGD(net.parameters(), lr=0.1)

inputs = torch.tensor([[0.5, -1.0, 2.0]])
labels = torch.tensor([[1.0]])

optimizer.zero_grad()
outputs = net(inputs)
loss = criterion(outputs, labels)
loss.backward()
optimizer.step()

for name, param in net.named_parameters():
    print(name, param.grad)
