# title: Softmax and cross-entropy
# title[es]: Softmax y entropía cruzada
# why: The gradient at the logits is the prediction minus the truth, exactly.
# why[es]: El gradiente en los logits es la predicción menos la verdad, exactamente.
# group: first
# language: torch
import torch
import torch.nn.functional as F

logits = torch.tensor([[2.0, 0.5, -1.0]], requires_grad=True)
target = torch.tensor([0])

p = F.softmax(logits, dim=1)
loss = F.cross_entropy(logits, target)
loss.backward()
print(p.detach() - F.one_hot(target, 3))
