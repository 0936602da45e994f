"""A fragment whose names every tutorial means the same by, in; lines that give them values, out."""

from __future__ import annotations

import ast

#: name → its value, those another is made of first; `model` in a value is the fragment's own name for it
FAMILIAR = {
    **dict.fromkeys("n_embd d_model embed_dim emb_dim".split(), "16"),
    **dict.fromkeys("block_size context_length seq_len sequence_length max_len head_size".split(), "8"),
    **dict.fromkeys("n_head n_heads num_heads n_layer n_layers num_layers".split(), "2"),
    **dict.fromkeys("vocab_size".split(), "20"),
    **dict.fromkeys("input_size input_dim in_features".split(), "4"),
    **dict.fromkeys("hidden_size hidden_dim n_hidden".split(), "8"),
    **dict.fromkeys("output_size output_dim num_classes n_classes".split(), "3"),
    **dict.fromkeys("epochs num_epochs n_epochs EPOCHS NUM_EPOCHS".split(), "2"),
    **dict.fromkeys("batch_size BATCH_SIZE".split(), "2"),
    **dict.fromkeys("lr learning_rate LEARNING_RATE".split(), "0.1"),
    **dict.fromkeys("dropout drop_rate".split(), "0.0"),
    **dict.fromkeys("eps epsilon".split(), "1e-5"),
    **dict.fromkeys("device".split(), '"cpu"'),
    **dict.fromkeys(
        "model net network".split(), "nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))"
    ),
    **dict.fromkeys("criterion loss_fn loss_func".split(), "nn.CrossEntropyLoss()"),
    **dict.fromkeys("optimizer opt".split(), "torch.optim.SGD(model.parameters(), lr=0.1)"),
    **dict.fromkeys(
        "train_loader trainloader train_dataloader dataloader loader data_loader test_loader"
        " testloader val_loader".split(),
        "[(torch.randn(2, 4), torch.tensor([0, 2]))]",
    ),
    **dict.fromkeys("inputs images data xb X x_train X_train".split(), "torch.randn(2, 4)"),
    **dict.fromkeys("labels targets target yb y_train".split(), "torch.tensor([0, 2])"),
}  # fmt: skip


def familiar(code: str) -> list[str]:
    """A line for each such name the fragment reads and never binds."""
    tree = ast.parse(code)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
    used = {node.id for node in names}
    model = next((name for name in ("model", "net", "network") if name in used), "model")
    wanted = [name for name in FAMILIAR if name in used - bound]
    if any("model." in FAMILIAR[name] for name in wanted) and not used & {
        "model",
        "net",
        "network",
    }:
        return []
    return [f"{name} = {FAMILIAR[name].replace('model.', f'{model}.')}" for name in wanted]
