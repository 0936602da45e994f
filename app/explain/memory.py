"""A finished run in; what every op keeps for its backward, in bytes, out.

The forward is computed again with torch's saved-tensor hooks, so that watching costs nothing while
the program runs (torch.autograd.graph.saved_tensors_hooks)."""

from __future__ import annotations

from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from app.autograd.recorder import storage_pointer
from app.explain.replay import Backward, Place, Replay, Unreplayable
from app.explanations import Memory, SavedAt, SavedTensor
from app.words import say


class Keeper:
    """Watches one replayed forward."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self.replay = replay
        self.lang = lang
        self.seen: set[int] = set()
        self.alive: list[Tensor] = []

    def memory(self) -> Memory:
        """Every op's saved tensors, of all backward passes."""
        leaves, roots = self.ends()
        known: dict[Place, Tensor] = {}
        for place in leaves:
            leaf = self.replay.value(place).requires_grad_()
            known[place] = leaf
            self.seen.add(storage_pointer(leaf) or 0)
        for draft in self.replay.drafts:
            if draft.kind != "op":  # what the program was given lives anyway
                self.seen |= {storage_pointer(output.tensor) or 0 for output in draft.outputs}
        released = {step.draft for b in self.replay.passes for step in b.draft.steps}
        kept = [b for b in self.replay.passes if _keeps_graph(b)]
        held = {step.draft for b in kept for step in b.draft.steps}
        saved, notes = [], []
        for index in self.replay.between(leaves, roots):
            try:
                found = self.of(index, known)
            except (Unreplayable, RuntimeError) as reason:
                op = self.replay.drafts[getattr(reason, "draft", index)].op
                notes.append(say("memory.stopped", self.lang, op=op))
                break
            if found:
                size = sum(t.bytes for t in found if not t.shared)
                node = self.replay.assembly.ids[index]
                saved.append(
                    SavedAt(node=node, tensors=found, bytes=size, released=index in released - held)
                )
        return Memory(saved=saved, peak=sum(one.bytes for one in saved), notes=notes)

    def ends(self) -> tuple[list[Place], list[Place]]:
        """All leaves and all roots of the run's backward passes; without any, every tracked end."""
        leaves: set[Place] = set()
        for draft in self.replay.drafts:
            for edge in draft.inputs:
                output = self.replay.drafts[edge.source].outputs[edge.output]
                if output.grad_fn is None and output.tensor.requires_grad:
                    leaves.add((edge.source, edge.output))
        roots = [place for b in self.replay.passes for place, _ in self.replay.roots(b)]
        return sorted(leaves), roots

    def names(self, index: int, known: dict[Place, Tensor]) -> dict[int, str]:
        """What the program calls the storages an op reads and makes."""
        draft = self.replay.drafts[index]
        places = [(index, k) for k in range(len(draft.outputs))]
        places += [(edge.source, edge.output) for edge in draft.inputs]
        found: dict[int, str] = {}
        for place in places:
            tensor = known.get(place)
            pointer = storage_pointer(self.replay.value(place) if tensor is None else tensor)
            source = self.replay.drafts[place[0]]
            found.setdefault(pointer or 0, source.name or source.op)
        return found

    def of(self, index: int, known: dict[Place, Tensor]) -> list[SavedTensor]:
        """What one op packs away while it is computed again."""
        packed: list[Tensor] = []

        def pack(tensor: Tensor) -> Tensor:
            packed.append(tensor)
            return tensor

        with saved_tensors_hooks(pack, lambda tensor: tensor):
            self.replay.step(self.replay.drafts[index], known, None)
        names = self.names(index, known)
        found = []
        for number, tensor in enumerate(packed):
            pointer = storage_pointer(tensor) or 0
            name = names.get(pointer, f"#{number + 1}")
            found.append(
                SavedTensor(
                    name=name,
                    shape=list(tensor.shape),
                    dtype=str(tensor.dtype).removeprefix("torch."),
                    bytes=tensor.numel() * tensor.element_size(),
                    shared=pointer in self.seen,
                )
            )
            self.seen.add(pointer)
            self.alive.append(tensor)  # an address must not be used again while we compare them
        return found


def _keeps_graph(backward: Backward) -> bool:
    return backward.run.create_graph or backward.run.keeps_graph
