"""A finished run in; what is worth saying about it beside the picture, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.autograd.capture import Capture
from app.autograd.events import Hooked, span_at
from app.autograd.unrecorded import listed, note, unrecorded
from app.graph import FILLS, Diagnostic, Edge, Node, Pass, Span

#: how a new tensor in .grad is written in a sentence
ASSIGNED = ".grad = …"

if TYPE_CHECKING:
    from app.autograd.assemble import Assembly
    from app.autograd.finish import Executed


def diagnostics(
    session: Executed,
    state: Capture,
    assembly: Assembly,
    nodes: list[Node],
    edges: list[Edge],
    passes: list[Pass],
) -> list[Diagnostic]:
    """All of them, the program's own notes first."""
    lang = session.job.options.lang
    found = list(session.program.notes)
    found += [note("note.import", span, None, lang, text=text) for text, span in session.notes]
    found += left_out(assembly, lang)
    if not nodes and not session.problem:
        found.append(note("note.nothing_recorded", None, None, lang))
    found += unrecorded(state, assembly, nodes, lang)
    found += _changed(nodes, lang)
    found += _births(nodes, edges, lang)
    found += _roots(session, nodes, passes, lang)
    found += _hooks(state, assembly, lang)
    return found


def left_out(assembly: Assembly, lang: str) -> list[Diagnostic]:
    """That a run was too long for all its nodes to be told."""
    if not assembly.left_out:
        return []
    shown, total = len(assembly.ids), len(assembly.ids) + assembly.left_out
    words = {"shown": f"{shown:,}", "total": f"{total:,}"}
    return [note("note.left_out", None, None, lang, "warning", **words)]


def _changed(nodes: list[Node], lang: str) -> list[Diagnostic]:
    """Calls that changed gradients after backward had summed them, before they were used."""
    told: dict[tuple[str, int], tuple[list[str], Node, Span | None]] = {}
    for node in nodes:
        for output in node.outputs:
            held = output.held
            if held is None or held.by == "zero_grad" or (held.by == "=" and held.value is None):
                continue
            line = held.span.line if held.span else 0
            names = told.setdefault((held.by, line), ([], node, held.span))[0]
            if (name := node.name or node.op) not in names:
                names.append(name)
    return [
        note(
            "note.gradient_changed" if by else "note.gradient_changed_unseen",
            span, node.id, lang, names=listed(names), by=ASSIGNED if by == "=" else by,
        )
        for (by, _), (names, node, span) in told.items()
    ]  # fmt: skip


def _births(nodes: list[Node], edges: list[Edge], lang: str) -> list[Diagnostic]:
    """The first node whose value has NaN, and the first with an infinity, though no input had."""
    sources: dict[str, list[str]] = {}
    for edge in edges:
        sources.setdefault(edge.target.node, []).append(edge.source.node)
    found = []
    for kind, code in (("nan", "note.nan_born"), ("inf", "note.inf_born")):
        bad = {n.id for n in nodes if any(getattr(o.value, kind) for o in n.outputs)}
        for node in nodes:
            if kind == "inf" and (node.kind != "op" or node.op.rstrip("_") in FILLS):
                continue  # written on purpose, as in a causal mask
            if node.id in bad and not bad.intersection(sources.get(node.id, [])):
                name = node.name or node.op
                found.append(note(code, node.span, node.id, lang, "warning", name=name))
                break
    return found


def _roots(session: Executed, nodes: list[Node], passes: list[Pass], lang: str) -> list[Diagnostic]:
    by_id = {node.id: node for node in nodes}
    backward = [p for p in passes if p.kind == "backward"]
    if not backward:
        if session.problem or any(n.requires_grad for n in nodes) or not nodes:
            return []
        return [note("note.nothing_requires_grad", None, None, lang)]
    found = []
    for one in backward:
        root = by_id.get(one.root or "")
        if one.inferred and root:
            name = root.name or root.op
            found.append(note("note.inferred_root", root.span, root.id, lang, name=name))
            if root.outputs and root.outputs[0].value.numel != 1:
                found.append(note("note.seed_of_ones", root.span, root.id, lang, name=name))
    return found


def _hooks(state: Capture, assembly: Assembly, lang: str) -> list[Diagnostic]:
    found = []
    for event in state.events:
        if isinstance(event, Hooked):
            place = assembly.weaver.current.get(id(event.tensor))
            node = assembly.ids.get(place[0]) if place else None
            span = span_at(event.code, event.lasti)
            found.append(note("note.gradient_hook", span, node, lang))
    return found
