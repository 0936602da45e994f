"""A finished run in; what is worth saying about it beside the picture, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.autograd.capture import Capture
from app.autograd.recorder import Hooked, span_at
from app.graph import Diagnostic, Edge, Node, Pass, Span
from app.words import say

if TYPE_CHECKING:
    from app.autograd.assemble import Assembly
    from app.autograd.runner import Session


def diagnostics(
    session: Session,
    state: Capture,
    assembly: Assembly,
    nodes: list[Node],
    edges: list[Edge],
    passes: list[Pass],
) -> list[Diagnostic]:
    """All of them, the program's own notes first."""
    lang = session.job.options.lang
    found = list(session.program.notes)
    found += [_note("note.import", span, None, lang, text=text) for text, span in session.notes]
    found += _births(nodes, edges, lang)
    found += _roots(session, nodes, passes, lang)
    found += _hooks(state, assembly, lang)
    return found


def _note(
    code: str, span: Span | None, node: str | None, lang: str, severity: Any = "note", **words: Any
) -> Diagnostic:
    return Diagnostic(
        code=code.removeprefix("note."),
        severity=severity,
        node=node,
        span=span,
        message=say(code, lang, **words),
        hint=say(f"{code}.hint", lang, **words),
    )


def _births(nodes: list[Node], edges: list[Edge], lang: str) -> list[Diagnostic]:
    """The first node whose value has NaN, and the first with an infinity, though no input had."""
    sources: dict[str, list[str]] = {}
    for edge in edges:
        sources.setdefault(edge.target.node, []).append(edge.source.node)
    found = []
    for kind, code in (("nan", "note.nan_born"), ("inf", "note.inf_born")):
        bad = {n.id for n in nodes if any(getattr(o.value, kind) for o in n.outputs)}
        for node in nodes:
            if node.id in bad and not bad.intersection(sources.get(node.id, [])):
                name = node.name or node.op
                found.append(_note(code, node.span, node.id, lang, "warning", name=name))
                break
    return found


def _roots(session: Session, nodes: list[Node], passes: list[Pass], lang: str) -> list[Diagnostic]:
    by_id = {node.id: node for node in nodes}
    backward = [p for p in passes if p.kind == "backward"]
    if not backward:
        if session.problem or any(n.requires_grad for n in nodes) or not nodes:
            return []
        return [_note("note.nothing_requires_grad", None, None, lang)]
    found = []
    for one in backward:
        root = by_id.get(one.root or "")
        if one.inferred and root:
            name = root.name or root.op
            found.append(_note("note.inferred_root", root.span, root.id, lang, name=name))
            if root.outputs and root.outputs[0].value.numel != 1:
                found.append(_note("note.seed_of_ones", root.span, root.id, lang, name=name))
    return found


def _hooks(state: Capture, assembly: Assembly, lang: str) -> list[Diagnostic]:
    found = []
    for event in state.events:
        if isinstance(event, Hooked):
            place = assembly.weaver.current.get(id(event.tensor))
            node = assembly.ids.get(place[0]) if place else None
            span = span_at(event.code, event.lasti)
            found.append(_note("note.gradient_hook", span, node, lang))
    return found
