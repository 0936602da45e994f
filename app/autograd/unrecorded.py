"""A finished run in; what of it was not recorded, said for every gradient and value it left open, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.autograd.engine import BackwardRun
from app.autograd.ledger import same
from app.autograd.recorder import storage_pointer
from app.graph import Diagnostic, Node, Span
from app.words import say

if TYPE_CHECKING:
    from app.autograd.assemble import Assembly
    from app.autograd.capture import Capture

#: autograd nodes for which the engine has two equal formulas, and takes the other while a dispatch
#: mode looks on (`isTensorSubclassLike` in torch's FunctionsManual.cpp)
OTHERWISE = {"Prod": "prod", "Cumprod": "cumprod", "LinalgDet": "det", "MaskedFill": "masked_fill"}
#: names written out in a sentence
WRITTEN = 4
#: what torch.utils.checkpoint applies with use_reentrant=True
CHECKPOINT = "CheckpointFunction"


def note(
    code: str, span: Span | None, node: str | None, lang: str, severity: Any = "note", **words: Any
) -> Diagnostic:
    """One diagnostic in the reader's language."""
    return Diagnostic(
        code=code.removeprefix("note."),
        severity=severity,
        node=node,
        span=span,
        message=say(code, lang, **words),
        hint=say(f"{code}.hint", lang, **words),
    )


def listed(names: list[str]) -> str:
    """The first names of many."""
    return ", ".join(names[:WRITTEN]) + (" …" if len(names) > WRITTEN else "")


def numpy_writes(state: Capture, assembly: Assembly) -> list[str]:
    """Names of tensors whose elements changed through NumPy, which no recorded op did."""
    weaver, names = assembly.weaver, []
    for tensor, kept, event in state.recorder.shared:
        pointer = storage_pointer(tensor)
        wrote = weaver.writes.get(pointer, (-1, None))[0] if pointer else -1
        if wrote >= event or same(kept, tensor.detach()):
            continue
        place = weaver.current.get(id(tensor))
        draft = weaver.drafts[place[0]] if place else None
        if draft is not None and draft.name is None and draft.inputs:
            draft = weaver.drafts[draft.inputs[0].source]  # x.detach().numpy()
        names.append((draft.name or draft.op) if draft else "?")
    return list(dict.fromkeys(names))


def computed_otherwise(state: Capture) -> list[str]:
    """Ops whose gradient was computed by another formula because the pass itself was recorded."""
    grown = [e for e in state.events if isinstance(e, BackwardRun) and e.create_graph]
    names = {node.name().rstrip("0123456789") for run in grown for node, _, _ in run.sent}
    return [op for name, op in OTHERWISE.items() if f"{name}Backward" in names]


def unrecorded(
    state: Capture, assembly: Assembly, nodes: list[Node], lang: str
) -> list[Diagnostic]:
    """Re-entrant checkpoints, results of unrecorded ops, and gradients whose contributions do not
    add up to them."""
    found = []
    checkpoints = [node for node in nodes if node.op == CHECKPOINT]
    inner = any(isinstance(e, BackwardRun) and e.inner for e in state.events)
    if checkpoints:
        first = checkpoints[0]
        words = {"count": len(checkpoints)}
        found.append(note("note.reentrant", first.span, first.id, lang, "warning", **words))
    elif inner:
        found.append(note("note.inner_backward", None, None, lang, "warning"))
    drafts = {assembly.ids[d.index]: d for d in assembly.weaver.drafts if d.index in assembly.ids}
    hidden = [n for n in nodes if drafts[n.id].is_hidden]
    if hidden:
        names = listed(list(dict.fromkeys(n.name or n.op or n.id for n in hidden)))
        found.append(
            note("note.hidden", hidden[0].span, hidden[0].id, lang, "warning", names=names)
        )
    if state.recorder.is_transformed:
        found.append(note("note.transformed", None, None, lang))
    written = numpy_writes(state, assembly)
    if written:
        one = next((n for n in nodes if n.name == written[0]), None)
        span, node = (one.span, one.id) if one else (None, None)
        found.append(note("note.numpy", span, node, lang, "warning", names=listed(written)))
    if otherwise := computed_otherwise(state):
        found.append(note("note.otherwise", None, None, lang, names=listed(otherwise)))
    unset = [n for n in nodes if drafts[n.id].reads_unset]
    if unset and not state.recorder.shared:  # else NumPy may have written it
        names = listed(list(dict.fromkeys(n.name or n.op for n in unset)))
        found.append(note("note.unset", unset[0].span, unset[0].id, lang, "warning", names=names))
    open_ones = [n for n in nodes if any(o.rest_because == "unrecorded" for o in n.outputs)]
    if open_ones:
        names = listed(list(dict.fromkeys(n.name or n.op or n.id for n in open_ones)))
        span, node = open_ones[0].span, open_ones[0].id
        found.append(note("note.incomplete_sum", span, node, lang, "warning", names=names))
    return found
